import {
  isOracleCallError,
  OracleCallError,
  type CallEventContent,
  type Clock,
  type Did,
  type Logger,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import { resolveUserKey, type OracleKeys, type Resolvable } from '@oracle-calls/protocol/did';
import {
  isSignedEnvelope,
  parseSignedEnvelope,
  verifyEnvelopeNames,
  verifySignedEnvelope,
  type ExpectedCall,
  type SignedEnvelope,
} from '@oracle-calls/protocol/signed-envelope';
import type { DecryptedEvent, MatrixUserId } from '@oracle-calls/matrix/port';
import { inSpan } from '../telemetry/trace-scope.ts';
import { OracleKeysSource } from './oracle-keys-source.ts';

/** What becomes of bare ECIES envelopes, which nobody signs. */
export type OlderProtocol = 'allow' | 'refuse';

/** How long a call waits for its user's DID document here, in milliseconds: the agent asks for itself in any case. */
export const USER_KEY_TIMEOUT_MS = 2_000;

export interface EnvelopeCheckDeps {
  readonly oracleDid: Did;
  /** The oracle's own account, which the envelope must name. */
  readonly ownUserId: MatrixUserId;
  readonly olderProtocol: OlderProtocol;
  /** Without one, names and times are checked and signatures are not. */
  readonly resolver: Resolvable | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly closing: AbortSignal;
}

/** What came of a check. `older` envelopes have nothing that could be checked. */
export interface EnvelopeVerdict {
  readonly extent: 'signature-checked' | 'signature-unchecked' | 'older';
  /** The ring that the call answers, as its user has signed; whether there is such a ring is for others to say. */
  readonly ringEventId?: MatrixEventId | undefined;
}

/** First bytes of a bare ECIES envelope: a point of SEC 1, section 2.3.3. */
const BARE_ENVELOPE = /^0[234]/;

/** Refusals that an oracle key which is not the newest explains as well. */
const STALE_KEYS_CODES: ReadonlySet<string> = new Set(['ERR_ENVELOPE_CONTEXT', 'ERR_ENVELOPE_DOWNGRADE']);

/**
 * Checks a call's envelope before the call is taken: a wrong one is refused at once and its sender told why. The agent checks all of
 * it again and trusts none of this, so whatever cannot be checked here, because a resolver is away, is left to the agent.
 */
export class EnvelopeCheck {
  readonly #deps: EnvelopeCheckDeps;
  readonly #oracleKeys: OracleKeysSource | undefined;

  constructor(deps: EnvelopeCheckDeps) {
    const { resolver } = deps;
    this.#deps = deps;
    this.#oracleKeys = resolver === undefined ? undefined : new OracleKeysSource({ ...deps, resolver });
  }

  /** Reads the oracle's own document before the first call needs it. */
  async warm(): Promise<void> {
    await this.#oracleKeys?.get();
  }

  /**
   * @throws {OracleCallError} `ERR_ENVELOPE_DOWNGRADE`, `ERR_ENVELOPE_MALFORMED`, and as `verifySignedEnvelope`; `ERR_DID_*` when the user's
   *   DID can be resolved by nobody or does not have the key
   */
  async check(event: DecryptedEvent, content: CallEventContent): Promise<EnvelopeVerdict> {
    if (!isSignedEnvelope(content.encryptionKey)) {
      this.#checkOlder(content.encryptionKey);
      return { extent: 'older' };
    }
    const envelope = parseSignedEnvelope(content.encryptionKey);
    const expected = this.#expectedOf(event, content, envelope);
    const { oracleDid, clock, logger } = this.#deps;
    verifyEnvelopeNames({ envelope, expected, oracle: { did: oracleDid }, now: clock.now() });
    const missing = await this.#checkSignature(envelope, expected);
    const { ringEventId } = envelope.context;
    if (missing === undefined) return { extent: 'signature-checked', ringEventId };
    logger.warn('envelope signature unchecked', { eventId: event.eventId, missing });
    return { extent: 'signature-unchecked', ringEventId };
  }

  #checkOlder(encryptionKey: string): void {
    if (this.#deps.olderProtocol !== 'allow') throw new OracleCallError('ERR_ENVELOPE_DOWNGRADE');
    if (!BARE_ENVELOPE.test(encryptionKey)) throw new OracleCallError('ERR_ENVELOPE_MALFORMED');
  }

  /** What the envelope must say, from what Matrix itself vouches for and from the event that the user encrypted. */
  #expectedOf(
    { matrixRoomId, sender }: DecryptedEvent,
    content: CallEventContent,
    { context }: SignedEnvelope,
  ): ExpectedCall {
    return {
      callType: content.callType,
      sfuRoomName: content.roomId,
      sessionId: content.sessionId,
      userDid: content.userDid,
      matrixRoomId,
      matrixSender: sender.userId,
      matrixOracle: this.#deps.ownUserId,
      // The event does not say which ring it answers: whoever takes the call compares it with the rings that there are.
      ringEventId: context.ringEventId,
    };
  }

  /** What could not be had, so that the signature stays unchecked; `undefined` when it was checked. */
  async #checkSignature(envelope: SignedEnvelope, expected: ExpectedCall): Promise<string | undefined> {
    const { resolver, clock, closing } = this.#deps;
    if (resolver === undefined || this.#oracleKeys === undefined) return 'resolver';
    const oracle = await this.#oracleKeys.get();
    if (oracle === undefined) return 'oracle document';
    const { methodId } = envelope.context.userSigningKey;
    const options = { clock, timeoutMs: USER_KEY_TIMEOUT_MS, signal: closing };
    let userKey;
    try {
      ({ signingKey: userKey } = await inSpan('did.resolve', () =>
        resolveUserKey(expected.userDid, methodId, resolver, options),
      ));
    } catch (error) {
      if (isOracleCallError(error) && error.code === 'ERR_DID_NOT_RESOLVED') return 'user document';
      throw error;
    }
    const verify = (keys: OracleKeys): void => {
      verifySignedEnvelope({ envelope, expected, userKey, oracle: keys, now: clock.now() });
    };
    try {
      verify(oracle);
    } catch (error) {
      // The user may have sealed to keys that the oracle published a moment ago.
      const newest = isStale(error) ? await this.#oracleKeys.refreshed() : undefined;
      if (newest === undefined || newest === oracle) throw error;
      verify(newest);
    }
    return undefined;
  }
}

const isStale = (error: unknown): boolean => isOracleCallError(error) && STALE_KEYS_CODES.has(error.code);
