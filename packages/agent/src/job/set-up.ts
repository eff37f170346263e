import { deriveMediaKey, isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Did, SecretBytes, SfuRoomName } from '@oracle-calls/protocol';
import { openEnvelope } from '@oracle-calls/protocol/envelope';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import type { BackendPort } from './backend/backend-port.ts';
import { CLAIM_RETRY, retrying } from './backend/retry.ts';
import type { CallLog } from './call-log.ts';
import type { JobTimeline } from './job-timeline.ts';
import type { AdmittedUser, SfuSeat } from './sfu/sfu-seat.ts';

/** Entering a room takes a tenth of a second; past this the SFU is not going to answer, in ms. */
const JOIN_MAX_MS = 15_000;

export interface SetUpDeps {
  readonly ticket: string;
  readonly sfuRoomName: SfuRoomName;
  readonly oracleDid: Did;
  readonly oracleKey: SecretBytes;
  readonly backend: BackendPort;
  readonly seat: SfuSeat;
  readonly timeline: JobTimeline;
  readonly clock: Clock;
  readonly log: CallLog;
}

/** How setting up ended: with everything that a call needs, or with why the agent stays out. */
export type SetUp =
  | { readonly kind: 'ready'; readonly call: ClaimResponse; readonly user: AdmittedUser }
  /** Nobody is told: the backend knows, or there is nothing that the agent could say. */
  | { readonly kind: 'stay-out' }
  | {
      readonly kind: 'report';
      readonly call: ClaimResponse;
      readonly endReason: 'invalid-authentication' | 'agent-failed';
    };

/**
 * Takes the seat and gets the keys, both at once: entering the room needs no key, and nothing leaves before one is set.
 *
 * @throws `signal.reason` when aborted
 */
export async function setUp(deps: SetUpDeps, signal: AbortSignal): Promise<SetUp> {
  const { log } = deps;
  const seated = join(deps, signal).then(
    () => undefined,
    (cause: unknown) => ({ code: codeOf(cause) }),
  );
  // A failed seat does not stop the claim: only with the call's id can the failure be reported.
  const [seatProblem, outcome] = await Promise.all([seated, fetchAndOpen(deps, signal)]);
  signal.throwIfAborted();
  if (seatProblem === undefined) return outcome;
  log.error('could not enter the SFU room', seatProblem);
  if (outcome.kind === 'ready') {
    outcome.user.sendKey.destroy();
    outcome.user.receiveKey.destroy();
  }
  return outcome.kind === 'stay-out' ? outcome : { kind: 'report', call: outcome.call, endReason: 'agent-failed' };
}

/** The SFU library takes no signal: a join that is given up ends when the seat is closed. */
async function join({ seat, timeline, clock }: SetUpDeps, signal: AbortSignal): Promise<void> {
  const joined = new AbortController();
  const bound = clock.sleep(JOIN_MAX_MS, { signal: AbortSignal.any([signal, joined.signal]) }).then(() => {
    throw new OracleCallError('ERR_MEDIA_CONNECT', 'The SFU did not answer in time.');
  });
  try {
    await Promise.race([seat.join((stage) => timeline.mark(stage)), bound]);
  } finally {
    joined.abort(new Error('joined'));
    await bound.catch(() => undefined);
  }
}

/** Claims the call and asks for its sealed key. A refusal is logged, and the agent stays out (architecture, "Error Handling"). */
async function fetchAndOpen(deps: SetUpDeps, signal: AbortSignal): Promise<SetUp> {
  const { backend, ticket, sfuRoomName, timeline, clock, log } = deps;
  let call: ClaimResponse | undefined;
  try {
    const claimed = await retrying(() => backend.claim(ticket, sfuRoomName, { signal }), CLAIM_RETRY, clock, signal);
    call = claimed;
    log.nameCall(claimed.callId);
    timeline.mark('claimed');
    const key = await retrying(() => backend.fetchKey(claimed.callId, { signal }), CLAIM_RETRY, clock, signal);
    timeline.mark('keyFetched');
    const outcome = openCall(deps, claimed, key);
    timeline.mark('keyOpened');
    return outcome;
  } catch (cause) {
    signal.throwIfAborted();
    const what = call === undefined ? 'call not claimed; staying out' : 'key request failed; staying out';
    log.error(what, { code: codeOf(cause) });
    return { kind: 'stay-out' };
  }
}

function openCall(deps: SetUpDeps, call: ClaimResponse, key: KeyResponse): SetUp {
  const { oracleDid, oracleKey, sfuRoomName, log } = deps;
  try {
    if (key.oracleDid !== oracleDid) throw new OracleCallError('ERR_ENVELOPE_OPEN', 'The call is for another oracle.');
    using callKey = openEnvelope({ envelopeHex: key.encryptionKey, privateKey: oracleKey });
    const user: AdmittedUser = {
      identity: call.userIdentity,
      sendKey: deriveMediaKey(callKey, sfuRoomName, 'oracle-to-user'),
      receiveKey: deriveMediaKey(callKey, sfuRoomName, 'user-to-oracle'),
    };
    return { kind: 'ready', call, user };
  } catch (cause) {
    log.error('the sealed key does not open', { code: codeOf(cause) });
    return { kind: 'report', call, endReason: 'invalid-authentication' };
  } finally {
    // One process, one call: the long-lived key is not needed any more.
    oracleKey.destroy();
  }
}

export function codeOf(cause: unknown): string {
  return isOracleCallError(cause) ? cause.code : 'ERR_INTERNAL';
}
