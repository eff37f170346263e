import { areBytesEqual } from '../byte-layout/byte-strings.ts';
import type { OracleKeys } from '../did/call-keys.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { SigningKey } from '../signing/signing-key.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import { bindKey, type EnvelopeContext, type KeyBinding } from './context.ts';
import { messageToSign, type SignedEnvelope } from './envelope-format.ts';
import { isWeaker } from './suites.ts';

/** How far the clocks of user, backend and agent may differ, in milliseconds. */
export const ENVELOPE_CLOCK_SKEW_MS = 5 * 60_000;

/** What the call is, as the one who verifies knows it from elsewhere: the decrypted Matrix event and the SFU room. */
export type ExpectedCall = Pick<
  EnvelopeContext,
  | 'callType'
  | 'sfuRoomName'
  | 'sessionId'
  | 'userDid'
  | 'matrixRoomId'
  | 'matrixSender'
  | 'matrixOracle'
  | 'ringEventId'
>;

export interface VerifySignedEnvelopeOptions {
  readonly envelope: SignedEnvelope;
  readonly expected: ExpectedCall;
  /** The user's key, resolved from the user's own DID and pinned, never taken from the envelope. */
  readonly userKey: SigningKey;
  /** The oracle's keys, the strongest that its own document offers. */
  readonly oracle: Pick<OracleKeys, 'did' | 'envelopeKey' | 'identityKey'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds; {@link ENVELOPE_CLOCK_SKEW_MS} unless told. */
  readonly skewMs?: number | undefined;
}

const EXPECTED_NAMES = [
  'callType',
  'sfuRoomName',
  'sessionId',
  'userDid',
  'matrixRoomId',
  'matrixSender',
  'matrixOracle',
  'ringEventId',
] as const satisfies readonly (keyof ExpectedCall)[];

function isBound(binding: KeyBinding, key: { readonly methodId: string; readonly publicKey: Uint8Array }): boolean {
  const { methodId, keyHash } = bindKey(key);
  return binding.methodId === methodId && areBytesEqual(binding.keyHash, keyHash);
}

/** What of an envelope can be checked without any DID document. */
export interface VerifyEnvelopeNamesOptions extends Pick<
  VerifySignedEnvelopeOptions,
  'envelope' | 'expected' | 'now' | 'skewMs'
> {
  readonly oracle: Pick<OracleKeys, 'did'>;
}

function findWrongNames({ envelope: { context }, expected, oracle }: VerifyEnvelopeNamesOptions): string[] {
  return [
    ...EXPECTED_NAMES.filter((name) => context[name] !== expected[name]),
    ...(context.oracleDid === oracle.did ? [] : ['oracleDid']),
  ];
}

function refuseWrong(fields: readonly string[]): void {
  if (fields.length > 0) throw new OracleCallError('ERR_ENVELOPE_CONTEXT', undefined, { details: { fields } });
}

function checkContext(options: VerifySignedEnvelopeOptions): void {
  const { oracle } = options;
  const { context } = options.envelope;
  if (isWeaker(context.suite, oracle.envelopeKey.suite)) throw new OracleCallError('ERR_ENVELOPE_DOWNGRADE');
  refuseWrong([
    ...findWrongNames(options),
    ...(context.suite === oracle.envelopeKey.suite ? [] : ['suite']),
    ...(isBound(context.oracleEnvelopeKey, oracle.envelopeKey) ? [] : ['oracleEnvelopeKey']),
    ...(isBound(context.oracleIdentityKey, oracle.identityKey) ? [] : ['oracleIdentityKey']),
  ]);
}

function checkTime({ envelope, now, skewMs = ENVELOPE_CLOCK_SKEW_MS }: VerifyEnvelopeNamesOptions): void {
  const { notBefore, notAfter } = envelope.context;
  // Written so that NaN is refused.
  if (now >= notBefore - skewMs && now <= notAfter + skewMs) return;
  throw new OracleCallError('ERR_ENVELOPE_EXPIRED', undefined, { details: { isTooEarly: now < notBefore } });
}

function checkSignature({ envelope, userKey }: VerifySignedEnvelopeOptions): void {
  const { context, signature } = envelope;
  const isValid =
    isBound(context.userSigningKey, userKey) &&
    isSignatureValid({ ...userKey, message: messageToSign(envelope), signature });
  if (!isValid) throw new OracleCallError('ERR_ENVELOPE_SIGNATURE');
}

/**
 * Checks that an envelope was made for exactly this call, with these keys, for this time, by this user. Backend and agent both
 * check; the agent depends on nobody else's check.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_DOWNGRADE` for a suite weaker than the oracle offers, `ERR_ENVELOPE_CONTEXT` with
 *   `details.fields`, `ERR_ENVELOPE_EXPIRED` outside its time, `ERR_ENVELOPE_SIGNATURE` when it is not the user's key or signature
 */
export function verifySignedEnvelope(options: VerifySignedEnvelopeOptions): void {
  checkContext(options);
  checkTime(options);
  checkSignature(options);
}

/**
 * Checks only the names and the time of an envelope: what a backend can say while no DID document can be had. It proves nothing
 * about who made the envelope; {@link verifySignedEnvelope} does.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_CONTEXT` with `details.fields`, `ERR_ENVELOPE_EXPIRED`
 */
export function verifyEnvelopeNames(options: VerifyEnvelopeNamesOptions): void {
  refuseWrong(findWrongNames(options));
  checkTime(options);
}
