import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import type { CallId, SfuRoomName } from '@oracle-calls/protocol';
import { parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Signer, createEd25519Verifier } from '@oracle-calls/protocol/signing';
import { TestCaller } from './test-caller.ts';
import type { CallerOptions } from './test-caller.ts';

/** What the parent writes to standard input: a secret goes neither by argument nor by environment. */
export interface VanishingCallerInput {
  readonly sfu: CallerOptions['sfu'];
  readonly sfuRoomName: SfuRoomName;
  readonly identity: string;
  readonly callId: CallId;
  readonly envelopeHex: string;
  readonly callKeyHex: string;
  readonly comparisonNonceHex: string;
  readonly callPrivateKeyHex: string;
  /** Ed25519. */
  readonly oraclePublicKeyHex: string;
}

/*
 * A caller in a process of its own, so that it can be killed: the only way to leave without a goodbye.
 * Prints one line when it is in the room and has heard somebody.
 */
let text = '';
for await (const chunk of process.stdin) text += String(chunk);
const input = JSON.parse(text) as VanishingCallerInput;
const { sfu, sfuRoomName, identity, callId } = input;
const secretOf = (hex: string, label: string): SecretBytes => new SecretBytes(Buffer.from(hex, 'hex'), label);
const secrets = {
  callKey: secretOf(input.callKeyHex, 'call key'),
  comparisonNonce: secretOf(input.comparisonNonceHex, 'comparison nonce'),
  callSigner: createEd25519Signer(secretOf(input.callPrivateKeyHex, 'per-call key')),
  oracleVerifier: createEd25519Verifier(Buffer.from(input.oraclePublicKeyHex, 'hex')),
  envelope: parseSignedEnvelope(input.envelopeHex),
};
const keys = { protocol: 'strict', callId, secrets } as const;
const caller = await TestCaller.join({ sfu, sfuRoomName, identity, keys });
while (caller.firstAudibleAt.size === 0) await systemClock.sleep(20);
process.stdout.write('heard\n');
