import {
  OracleCallError,
  createCallId,
  isOracleCallError,
  parseCallEvent,
  type CallEventContent,
  type Clock,
  type Did,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import type { DecryptedEvent } from '@oracle-calls/matrix/port';
import type { FreshEnvelopes } from '../agent-desk/fresh-envelopes.ts';
import { serverNameOf } from '../auth/matrix-ids.ts';
import { hashEnvelope, type NewCall } from '../calls/call.ts';
import type { CallService } from '../calls/call-service.ts';
import type { EnvelopeCheck } from '../envelope-check/envelope-check.ts';
import type { RingService } from '../rings/ring-service.ts';
import type { Store } from '../store/store.ts';
import type { CallTraces } from '../telemetry/call-traces.ts';

/** How far the caller's clock, the homeserver's and ours may be apart, in milliseconds. */
export const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** Pauses while the database is away, in milliseconds; each is twice the last. Together they stay below the time for which a caller waits. */
const STORE_PAUSE_FIRST_MS = 250;
const STORE_PAUSE_MAX_MS = 1_000;

const isStoreAway = (error: unknown): boolean =>
  isOracleCallError(error) && (error.code === 'ERR_UPSTREAM_DATABASE' || error.code === 'ERR_UPSTREAM_TIMEOUT');

export interface CallIntakeDeps {
  readonly oracleDid: Did;
  readonly allowedServers: ReadonlySet<string>;
  readonly store: Store;
  readonly calls: CallService;
  readonly rings: Pick<RingService, 'sent' | 'accepted'>;
  readonly envelopes: EnvelopeCheck;
  readonly fresh: Pick<FreshEnvelopes, 'keep' | 'forget'>;
  readonly traces: Pick<CallTraces, 'follow'>;
  readonly clock: Clock;
}

/** Checks call events and makes calls of them, each event once. */
export class CallIntake {
  readonly #deps: CallIntakeDeps;

  constructor(deps: CallIntakeDeps) {
    this.#deps = deps;
  }

  /**
   * Takes an event of the call event's type that is no edit. What is wrong with it is remembered for its sender. A database that is away for a
   * moment is waited for: that is nothing wrong with the event, and nobody brings it a second time.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_DATABASE`, `ERR_UPSTREAM_TIMEOUT` when it stays away
   */
  async take(event: DecryptedEvent): Promise<void> {
    for (let pauseMs = STORE_PAUSE_FIRST_MS; ; pauseMs *= 2) {
      try {
        await this.#take(event);
        return;
      } catch (error) {
        if (!isStoreAway(error) || pauseMs > STORE_PAUSE_MAX_MS) throw error;
        await this.#deps.clock.sleep(pauseMs);
      }
    }
  }

  async #take(event: DecryptedEvent): Promise<void> {
    const { store, calls, envelopes, traces } = this.#deps;
    const { eventId, sender } = event;
    if ((await store.calls.findByEventId(eventId)) !== undefined) return;
    if ((await store.notices.findRefusedEvent(eventId)) !== undefined) return;
    try {
      const content = this.#check(event);
      await traces.follow(content.roomId, async () => {
        const { ringEventId } = await envelopes.check(event, content);
        await this.#accept(event, content, ringEventId);
      });
    } catch (error) {
      if (!isOracleCallError(error) || error.code === 'ERR_INTERNAL' || isStoreAway(error)) throw error;
      await calls.refuse(eventId, sender.userId, error.code);
    }
  }

  #check({ eventId, sender, content, originServerAt }: DecryptedEvent): CallEventContent {
    const { oracleDid, allowedServers, clock } = this.#deps;
    if (!allowedServers.has(serverNameOf(sender.userId))) throw new OracleCallError('ERR_AUTH_HOMESERVER');
    const call = parseCallEvent(content);
    if (call.oracleDid !== oracleDid) throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    if (call.callStatus !== 'pending') throw new OracleCallError('ERR_CALL_TRANSITION');
    if (call.callId !== undefined && call.callId !== createCallId(eventId, call.roomId)) {
      throw new OracleCallError('ERR_PROTOCOL_CALL_ID');
    }
    const startedAt = Date.parse(call.callStartedAt);
    const skews = [startedAt - originServerAt, startedAt - clock.now()];
    if (skews.some((skewMs) => Math.abs(skewMs) > CLOCK_SKEW_MAX_MS)) throw new OracleCallError('ERR_CALL_CLOCK');
    return call;
  }

  async #accept(
    { eventId, matrixRoomId, sender }: DecryptedEvent,
    content: CallEventContent,
    ringEventId: MatrixEventId | undefined,
  ): Promise<void> {
    const { calls, rings, fresh, clock } = this.#deps;
    // A person may be faster than Matrix's answer to the oracle's side, which says what the ring's event is.
    if (ringEventId !== undefined) await rings.sent(content.oracleDid, sender.userId);
    const callId = createCallId(eventId, content.roomId);
    // Before: an agent may be waiting for the call.
    fresh.keep(callId, content.encryptionKey);
    const newCall: NewCall = {
      callId,
      eventId,
      sfuRoomName: content.roomId,
      matrixRoomId,
      matrixUserId: sender.userId,
      callType: content.callType,
      callStartedAt: content.callStartedAt,
      startedAt: Date.parse(content.callStartedAt),
      sessionId: content.sessionId,
      userDid: content.userDid,
      oracleDid: content.oracleDid,
      agentVoice: content.agentVoice,
      language: content.language,
      // A signed context names its SFU room, and each name is taken once: no context is used twice, whatever its signature.
      envelopeSha256: hashEnvelope(content.encryptionKey),
      acceptedAt: clock.now(),
    };
    const acceptance = await calls.accept(newCall, ringEventId);
    if (acceptance !== 'accepted') fresh.forget(callId);
    if (acceptance === 'replayed') throw new OracleCallError('ERR_CALL_REPLAYED');
    if (acceptance === 'ring-over') throw new OracleCallError('ERR_RING_OVER');
    if (acceptance === 'accepted' && ringEventId !== undefined) await rings.accepted(ringEventId);
  }
}
