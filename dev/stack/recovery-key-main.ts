/**
 * Gives one account a cross-signing identity and keeps its recovery key, as a process of its own: the Matrix client behind it
 * brings globals and timers that the stack is better without. Arguments: homeserver, user id, password file, recovery key file.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { openMatrixAccount } from '@oracle-calls/matrix/node';
import { BearerSecret, parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';

const REQUEST_MS = 20_000;

const [homeserverUrl, userId, passwordFile, recoveryKeyFile] = parseWith(
  v.tuple([v.string(), v.string(), v.string(), v.string()]),
  process.argv.slice(2),
);
// What an interrupted start left is taken up: the key is written before the account has an identity.
const pendingFile = `${recoveryKeyFile}.pending`;
const storeDir = `${recoveryKeyFile}.device`;
await rm(storeDir, { recursive: true, force: true });
try {
  const account = await openMatrixAccount({
    homeserverUrl,
    userId: parseMatrixUserId(userId),
    password: new BearerSecret((await readFile(passwordFile, 'utf8')).trim(), 'password of a test user'),
    storeDir,
    recoveryKeyFile: pendingFile,
    lostIdentity: 'reset',
  });
  await account.close();
  await signOut();
  await rename(pendingFile, recoveryKeyFile);
} finally {
  await rm(storeDir, { recursive: true, force: true });
}
// The SDK leaves the timer of its last request behind.
process.exit(0);

/** A device whose keys are gone would be sent room keys for ever. */
async function signOut(): Promise<void> {
  const session: unknown = JSON.parse(await readFile(join(storeDir, 'session.json'), 'utf8'));
  const { accessToken } = parseWith(v.object({ accessToken: v.string() }), session);
  await fetch(`${homeserverUrl}/_matrix/client/v3/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}
