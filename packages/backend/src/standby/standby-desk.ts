import { OracleCallError, type Clock, type Did, type Logger, type SfuRoomName } from '@oracle-calls/protocol';
import { STANDBY_WAIT_MS, type ClaimRequest } from '@oracle-calls/protocol/http';
import { hashToken } from '../auth/opaque-token.ts';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { Drain } from '../drain/drain.ts';
import type { NewSfuRoom, SfuControl } from '../sfu/sfu-control.ts';
import type { SfuRoomStore } from '../store/sfu-room-store.ts';

/**
 * A worker that was handed a call claims it within a tenth of a second; one that has not asked after this long, in milliseconds, is taken
 * for gone, and the SFU is asked to find another. Generous: an agent called for nothing takes a seat from other calls.
 */
export const CLAIM_OVERDUE_MS = 3_000;

export interface StandbyDeskDeps {
  readonly sfu: Pick<SfuControl, 'dispatchAgent'>;
  readonly rooms: Pick<SfuRoomStore, 'find'>;
  /** While the backend drains nobody waits here: there will be no new call. */
  readonly drain: Pick<Drain, 'begun'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  /** Aborted when the backend closes. */
  readonly closing: AbortSignal;
}

/** A worker's request. */
export interface StandbyRequest {
  readonly oracleDid: Did;
  /** From 0 to 1. */
  readonly load: number;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly load: number;
  readonly oracleDid: Did;
  readonly handOver: (call: ClaimRequest) => void;
  state: 'free' | 'reserved' | 'gone';
}

/** A worker that nobody else hands a call to until this is disposed. */
export interface ReservedWorker extends Disposable {
  /**
   * Hands the call over. Should the worker have gone, or not claim it soon, the SFU dispatches an agent of the same oracle with the same ticket.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_SFU`
   */
  handOver(room: NewSfuRoom): Promise<void>;
}

/**
 * Workers that wait for the next call. The SFU's dispatcher holds each job back for 200 ms, to hear of workers on other nodes
 * (`docs/decisions/0027-set-up.md`); a worker that waits here begins at once. Nothing depends on it: without one, the SFU dispatches.
 */
export class StandbyDesk {
  readonly #deps: StandbyDeskDeps;
  /** In the order of their coming. */
  readonly #waiting = new Set<Waiting>();

  constructor(deps: StandbyDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with a call, or with `undefined` when none came in time.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_DRAINING` once the backend drains; `closing`'s or `signal`'s reason
   */
  async wait({ oracleDid, load, signal }: StandbyRequest): Promise<ClaimRequest | undefined> {
    const { clock, closing, drain } = this.#deps;
    if (drain.begun.aborted) throw new OracleCallError('ERR_UPSTREAM_DRAINING');
    const given = Promise.withResolvers<ClaimRequest>();
    const over = new AbortController();
    const any = AbortSignal.any([signal, closing, drain.begun, over.signal]);
    const waiting: Waiting = { load, oracleDid, handOver: given.resolve, state: 'free' };
    const tooLong = clock.sleep(STANDBY_WAIT_MS, { signal: any }).then(() => undefined);
    this.#waiting.add(waiting);
    try {
      return await Promise.race([given.promise, tooLong]);
    } finally {
      waiting.state = 'gone';
      this.#waiting.delete(waiting);
      over.abort(new Error('no longer waiting'));
      await tooLong.catch(() => undefined);
    }
  }

  /** The least busy worker of the oracle, of equal ones the one that waits longest; `undefined` when none waits. */
  reserve(oracleDid: Did): ReservedWorker | undefined {
    let worker: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.state !== 'free' || waiting.oracleDid !== oracleDid) continue;
      if (worker === undefined || waiting.load < worker.load) worker = waiting;
    }
    if (worker === undefined) return undefined;
    const chosen = worker;
    chosen.state = 'reserved';
    return {
      handOver: (room) => this.#handOver(chosen, room),
      [Symbol.dispose]: () => {
        if (chosen.state === 'reserved') chosen.state = 'free';
      },
    };
  }

  /** Somebody has come with the room's ticket. */
  claimed(sfuRoomName: SfuRoomName): void {
    this.#deps.deadlines.clear(this.#name(sfuRoomName));
  }

  async #handOver(worker: Waiting, room: NewSfuRoom): Promise<void> {
    const { sfu, logger, deadlines, background } = this.#deps;
    const { sfuRoomName, agentTicket } = room;
    if (worker.state === 'gone') {
      await sfu.dispatchAgent(room);
      return;
    }
    worker.state = 'gone';
    this.#waiting.delete(worker);
    deadlines.set(this.#name(sfuRoomName), CLAIM_OVERDUE_MS, () => {
      background.run('dispatch instead', () => this.#dispatchInstead(room));
    });
    worker.handOver({ roomId: sfuRoomName, ticket: agentTicket.expose() });
    logger.info('call handed to a waiting worker', { sfuRoomName });
  }

  async #dispatchInstead(room: NewSfuRoom): Promise<void> {
    const { sfu, rooms, logger } = this.#deps;
    const { sfuRoomName } = room;
    const known = await rooms.find(sfuRoomName);
    // Hung up meanwhile: an SFU that makes rooms by itself would make this one again.
    if (known === undefined || known.closedAt !== undefined) return;
    // Claimed in the last moment, or opened anew with another ticket: whoever came with this one would only be refused.
    if (known.ticketUsedAt !== undefined || known.ticketSha256 !== hashToken(room.agentTicket)) return;
    logger.warn('the worker did not claim its call; the SFU dispatches', { sfuRoomName });
    try {
      await sfu.dispatchAgent(room);
    } catch (error) {
      // Without an agent the call ends at its user's, as `oracle-absent`.
      logger.warn('agent not dispatched', { sfuRoomName, ...errorFields(error) });
    }
  }

  #name(sfuRoomName: SfuRoomName): string {
    return `claim:${sfuRoomName}`;
  }
}
