import { isOracleCallError, OracleCallError, codeOf } from '@oracle-calls/protocol';
import type { EndReason, Logger } from '@oracle-calls/protocol';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import type { BackendPort } from './backend/backend-port.ts';
import { CLAIM_RETRY, retrying } from './backend/retry.ts';
import type { JobTimeline } from './job-timeline.ts';
import { openRemembered } from '../memory/open-remembered.ts';
import type { Remembered } from '../memory/open-remembered.ts';
import type { JobTelemetry } from '../telemetry/job-telemetry.ts';
import { openCall } from './open-call.ts';
import type { OpenCallDeps, OpenedCall } from './open-call.ts';
import type { MediaSeat, OlderSeat, SeatNotice, SfuSeat } from '@oracle-calls/node-media/seat';

/** Entering a room takes a tenth of a second; past this the SFU is not going to answer, in ms. */
const JOIN_MAX_MS = 15_000;

export interface SetUpDeps extends OpenCallDeps {
  readonly ticket: string;
  readonly backend: BackendPort;
  readonly openSeat: () => SfuSeat;
  /** The seat for a call of the older protocol. */
  readonly openOlderSeat: () => OlderSeat;
  /** Told of everything in the room, from the moment of joining on. */
  readonly observe: (notice: SeatNotice) => void;
  readonly timeline: JobTimeline;
  /** Silent when absent. */
  readonly telemetry?: JobTelemetry | undefined;
}

/** The call's key, with the seat that speaks its protocol. */
export type SeatedCall =
  | (Extract<OpenedCall, { protocol: 'strict' }> & { readonly seat: SfuSeat })
  | (Extract<OpenedCall, { protocol: 'older' }> & { readonly seat: OlderSeat });

/** How setting up ended: with everything that a call needs, or with why the agent stays out. */
export type SetUp =
  | {
      readonly kind: 'ready';
      readonly call: ClaimResponse;
      readonly seated: SeatedCall;
      /** Opens what was kept of the session; called once. Then the keys that open are gone. */
      readonly remember: () => Promise<Remembered | undefined>;
    }
  /** Nobody is told: the backend knows, or there is nothing that the agent could say. */
  | { readonly kind: 'stay-out' }
  | { readonly kind: 'report'; readonly call: ClaimResponse; readonly endReason: EndReason };

type Fetched =
  | { readonly kind: 'opened'; readonly call: ClaimResponse; readonly opened: OpenedCall }
  | Exclude<SetUp, { kind: 'ready' }>;

/**
 * Takes a seat and gets the keys, both at once: entering the room needs no key, and nothing leaves before one is set. The seats
 * of the two protocols encrypt in different ways, though, and a job has one seat: the SFU ends the job of an agent that
 * leaves its room. So where the older protocol is allowed, the agent enters once it knows which one the call speaks.
 *
 * @throws `signal.reason` when aborted
 */
export async function setUp(deps: SetUpDeps, signal: AbortSignal): Promise<SetUp> {
  const { openSeat, openOlderSeat, olderProtocol } = deps;
  await using seats = new AsyncDisposableStack();
  const early = olderProtocol === 'refuse' ? enter(deps, openSeat, seats, signal) : undefined;
  // A failed seat does not stop the claim: only with the call's id can the failure be reported.
  const [, fetched] = await Promise.all([early, fetchAndOpen(deps, signal)]);
  if (fetched.kind !== 'opened') return fetched;
  const { call, opened } = fetched;
  const seated = await seatOf(opened);
  if (seated === undefined || signal.aborted) {
    opened.callKey.destroy();
    deps.identity.wipeReceiving();
    signal.throwIfAborted();
    return { kind: 'report', call, endReason: 'agent-failed' };
  }
  // From here on the job closes it.
  seats.move();
  return { kind: 'ready', call, seated, remember: () => remember(deps, call, opened) };

  async function seatOf(one: OpenedCall): Promise<SeatedCall | undefined> {
    if (one.protocol === 'strict') {
      const seat = await (early ?? enter(deps, openSeat, seats, signal));
      return seat && { ...one, seat };
    }
    const seat = await enter(deps, openOlderSeat, seats, signal);
    return seat && { ...one, seat };
  }
}

/** Enters the room; `undefined` when that failed, which is logged. */
async function enter<S extends MediaSeat>(
  deps: SetUpDeps,
  open: () => S,
  seats: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<S | undefined> {
  const { log } = deps;
  try {
    const seat = open();
    seats.defer(() => leave(seat, log));
    await join(deps, seat, signal);
    return seat;
  } catch (cause) {
    if (!signal.aborted) log.error('could not enter the SFU room', { code: codeOf(cause) });
    return undefined;
  }
}

/** Leaves the room. What goes wrong there is logged: there is nothing else to do about it. */
export async function leave(seat: Pick<MediaSeat, 'close'>, log: Logger): Promise<void> {
  await seat.close().catch((cause: unknown) => log.warn('leaving failed', { code: codeOf(cause) }));
}

/** The SFU library takes no signal: a join that is given up ends when the seat is closed. */
async function join(
  { timeline, clock, observe }: SetUpDeps,
  seat: Pick<MediaSeat, 'join'>,
  signal: AbortSignal,
): Promise<void> {
  const joined = new AbortController();
  const bound = clock.sleep(JOIN_MAX_MS, { signal: AbortSignal.any([signal, joined.signal]) }).then(() => {
    throw new OracleCallError('ERR_MEDIA_CONNECT', 'The SFU did not answer in time.');
  });
  try {
    await Promise.race([seat.join({ onStage: (stage) => timeline.mark(stage), observe }), bound]);
  } finally {
    joined.abort(new Error('joined'));
    await bound.catch(() => undefined);
  }
}

/** Claims the call and asks for its sealed key. A refusal is logged, and the agent stays out (architecture, "Error Handling"). */
async function fetchAndOpen(deps: SetUpDeps, signal: AbortSignal): Promise<Fetched> {
  const { backend, ticket, sfuRoomName, timeline, telemetry, clock, log } = deps;
  let call: ClaimResponse | undefined;
  try {
    const claimed = await retrying(() => backend.claim(ticket, sfuRoomName, { signal }), CLAIM_RETRY, clock, signal);
    call = claimed;
    telemetry?.follow(claimed.traceparent);
    log.nameCall(claimed.callId, telemetry?.traceId);
    timeline.mark('claimed');
    const key =
      claimed.key ?? (await retrying(() => backend.fetchKey(claimed.callId, { signal }), CLAIM_RETRY, clock, signal));
    timeline.mark('keyFetched');
    const fetched = await tryOpen(deps, claimed, key, signal);
    timeline.mark('keyOpened');
    return fetched;
  } catch (cause) {
    signal.throwIfAborted();
    const what = call === undefined ? 'call not claimed; staying out' : 'key request failed; staying out';
    log.error(what, { code: codeOf(cause) });
    return { kind: 'stay-out' };
  }
}

async function tryOpen(deps: SetUpDeps, call: ClaimResponse, key: KeyResponse, signal: AbortSignal): Promise<Fetched> {
  try {
    return { kind: 'opened', call, opened: await openCall(deps, call, key, signal) };
  } catch (cause) {
    deps.identity.wipeReceiving();
    signal.throwIfAborted();
    deps.log.error('the sealed key is refused', { code: codeOf(cause), ...fieldsOf(cause) });
    return { kind: 'report', call, endReason: isOurFailure(cause) ? 'agent-failed' : 'invalid-authentication' };
  }
}

/**
 * Opens what was kept of the session; and then, one process being for one call, the keys that open are not needed any more. It takes some milliseconds, for which
 * the handshake does not wait.
 */
async function remember(
  deps: SetUpDeps,
  { memory }: ClaimResponse,
  opened: OpenedCall,
): Promise<Remembered | undefined> {
  try {
    // Without a signature nobody knows whose memory it would be.
    if (opened.protocol === 'strict') return await openRemembered(deps, memory, opened.envelope);
    return undefined;
  } finally {
    deps.identity.wipeReceiving();
  }
}

/** Whether it could not be found out who called, which says nothing against the user. */
function isOurFailure(cause: unknown): boolean {
  if (!isOracleCallError(cause)) return true;
  return cause.retryable || cause.code === 'ERR_KEY_STORE' || cause.code === 'ERR_INTERNAL';
}

/** Which fields of the context do not fit: names, no values. */
function fieldsOf(cause: unknown): { readonly fields?: string } {
  const fields = isOracleCallError(cause) ? cause.details['fields'] : undefined;
  return Array.isArray(fields) ? { fields: fields.join(' ') } : {};
}
