import type { OracleKeys } from '../did/call-keys.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { CallSigner } from '../signing/call-signer.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import { bindKey, type EnvelopeContext } from './context.ts';
import { encodeContext, hashContext } from './context-encoding.ts';
import { formatSignedEnvelope, messageToSign, type SignedEnvelope } from './envelope-format.ts';
import { loadSuite } from './sealing-suite.ts';

/** What the caller says of a call; the keys come from signer and oracle. */
export type CallFacts = Omit<
  EnvelopeContext,
  'suite' | 'userDid' | 'oracleDid' | 'userSigningKey' | 'oracleEnvelopeKey' | 'oracleIdentityKey'
>;

export interface SealSignedEnvelopeOptions {
  /** The per-call key, 32 bytes. */
  readonly callKey: SecretBytes;
  readonly call: CallFacts;
  /** The oracle's keys, resolved and pinned. */
  readonly oracle: Pick<OracleKeys, 'did' | 'envelopeKey' | 'identityKey'>;
  /** The user's DID key. */
  readonly signer: CallSigner;
  readonly signal?: AbortSignal | undefined;
}

export interface SealedCall {
  /** For `encryptionKey`. */
  readonly envelopeHex: string;
  /** The same, taken apart: the handshake needs its context hash and signature. */
  readonly envelope: SignedEnvelope;
}

async function signWith(signer: CallSigner, message: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
  let signature: Uint8Array;
  try {
    signature = await signer.sign(message);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new OracleCallError('ERR_ENVELOPE_SIGNATURE', 'The signer did not sign.', { cause });
  }
  signal?.throwIfAborted();
  // Rather here than at the oracle, where it would look like an attack.
  if (isSignatureValid({ ...signer, message, signature })) return signature;
  throw new OracleCallError('ERR_ENVELOPE_SIGNATURE', "The signer's signature is not valid for its own key.");
}

/**
 * Seals a call key to the oracle's envelope key and signs it together with everything that it is meant for.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_MALFORMED` when a fact or the key does not have its shape, `ERR_ENVELOPE_UNSUPPORTED` when nothing
 *   can be sealed to the oracle's key, `ERR_ENVELOPE_SIGNATURE` when the signer fails; an abort rethrows `signal.reason`
 */
export async function sealSignedEnvelope(options: SealSignedEnvelopeOptions): Promise<SealedCall> {
  const { callKey, call, oracle, signer, signal } = options;
  signal?.throwIfAborted();
  if (callKey.length !== CALL_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_MALFORMED', `A call key has ${CALL_KEY_BYTES} bytes.`);
  }
  const context: EnvelopeContext = {
    ...call,
    suite: oracle.envelopeKey.suite,
    userDid: signer.did,
    oracleDid: oracle.did,
    userSigningKey: bindKey(signer),
    oracleEnvelopeKey: bindKey(oracle.envelopeKey),
    oracleIdentityKey: bindKey(oracle.identityKey),
  };
  const contextHash = hashContext(encodeContext(context));
  const suite = await loadSuite(context.suite);
  const sealed = await suite.seal(callKey, oracle.envelopeKey.publicKey, contextHash);
  signal?.throwIfAborted();
  const signature = await signWith(signer, messageToSign({ context, ...sealed }), signal);
  const envelope = { context, contextHash, ...sealed, signature };
  return { envelopeHex: formatSignedEnvelope(envelope), envelope };
}
