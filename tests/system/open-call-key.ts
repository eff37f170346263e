import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ORACLE_FILE_NAMES } from 'oracle-calls/keygen';
import { parseWith, type CallId, type SecretBytes } from '@oracle-calls/protocol';
import { createDidResolver, readOracleKeys, resolveDocument, resolveUserKey } from '@oracle-calls/protocol/did';
import { parseOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { keyResponseSchema } from '@oracle-calls/protocol/http';
import { openSignedEnvelope, ownOracleKeys, parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { Stack } from '../../dev/stack/stack.ts';

/** The stack's agent API key, as a header value. */
export async function agentAuthorization(stack: Stack): Promise<string> {
  const key = await readFile(join(stack.paths.oracleDir, ORACLE_FILE_NAMES.agentApiKeyFile), 'utf8');
  return `Bearer ${key.trim()}`;
}

/** Does what the agent does: fetches the envelope with the API key, verifies it and opens it with the oracle's private key. */
export async function openCallKey(stack: Stack, callId: CallId): Promise<SecretBytes> {
  const response = await fetch(`${stack.backendUrl}/calls/${callId}/key`, {
    headers: { authorization: await agentAuthorization(stack) },
  });
  if (!response.ok) throw new Error(`The key request was answered ${response.status}: ${await response.text()}`);
  const { encryptionKey, userDid } = parseWith(keyResponseSchema, await response.json());
  const envelope = parseSignedEnvelope(encryptionKey);
  const resolver = createDidResolver({ ixoResolverUrl: stack.didResolverUrl, allowPrivateAddresses: true });
  const file = await readFile(join(stack.paths.oracleDir, ORACLE_FILE_NAMES.oracleKeyFile), 'utf8');
  const { document } = await resolveDocument(stack.oracleDid, resolver, {});
  const oracle = ownOracleKeys(parseOracleKeyFile(file), readOracleKeys(document));
  const { methodId } = envelope.context.userSigningKey;
  const { signingKey: userKey } = await resolveUserKey(userDid, methodId, resolver);
  const { envelopePrivateKey } = oracle;
  return openSignedEnvelope({
    envelope,
    expected: envelope.context,
    userKey,
    oracle,
    envelopePrivateKey,
    now: Date.now(),
  });
}
