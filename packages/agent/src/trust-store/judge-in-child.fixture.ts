import { isOracleCallError, parseWith, didSchema } from '@oracle-calls/protocol';
import { openTrustStore } from './trust-store.ts';

/*
 * A process of its own that meets one user for the first time and takes attempt numbers, told by its arguments:
 * file, DID, public key in hex, how many numbers, call id. Prints what it got as JSON.
 */
const [file = '', did = '', publicKeyHex = '', count = '0', callId = ''] = process.argv.slice(2);
using trust = openTrustStore(file);
const userDid = parseWith(didSchema, did);
const signingKey = {
  methodId: `${did}#key`,
  algorithm: 'Ed25519',
  publicKey: new Uint8Array(Buffer.from(publicKeyHex, 'hex')),
} as const;
let judgement: string;
try {
  judgement = trust.userKeys.judge({ presented: { did: userDid, signingKey }, rotations: [] }, 1).kind;
} catch (cause) {
  judgement = isOracleCallError(cause) ? cause.code : String(cause);
}
const attempts: number[] = [];
for (let i = 0; i < Number(count); i++)
  attempts.push(trust.attempts.next(callId as Parameters<typeof trust.attempts.next>[0], 100, 1));
process.stdout.write(JSON.stringify({ judgement, attempts }));
