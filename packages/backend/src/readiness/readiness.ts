import { OracleCallError, type Clock, type Did, type Logger } from '@oracle-calls/protocol';
import type { ReadyResponse } from '@oracle-calls/protocol/http';
import { errorFields } from '../background/error-fields.ts';
import type { Drain } from '../drain/drain.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { SfuControl } from '../sfu/sfu-control.ts';
import type { Store } from '../store/store.ts';

/** A dependency that takes longer than this, in milliseconds, is not ready. */
const CHECK_TIMEOUT_MS = 2_000;

export interface ReadinessDeps {
  readonly store: Store;
  readonly oracles: ServedOracles;
  readonly drain: Pick<Drain, 'state'>;
  readonly sfu: Pick<SfuControl, 'ping'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The outside answers with these names only; the log says why. */
export const READINESS_PARTS = ['database', 'matrix', 'sfu'] as const;
export type ReadinessPart = (typeof READINESS_PARTS)[number];

/** Whether calls can be served now. */
export class Readiness {
  readonly #deps: ReadinessDeps;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /**
   * Ready means that new calls are taken: to this oracle, or to at least one when none is named. One oracle's homeserver that is away must
   * not take the backend out of a load balancer, and with it the others.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_BUSY`, its issues naming the parts that are not ready, or `draining`;
   *   `ERR_PROTOCOL_NOT_FOUND` for an oracle that is not served here
   */
  async check(oracleDid?: Did): Promise<ReadyResponse> {
    const { oracles, drain } = this.#deps;
    const asked = oracles.all.filter(({ did }) => oracleDid === undefined || did === oracleDid);
    if (asked.length === 0) throw new OracleCallError('ERR_PROTOCOL_NOT_FOUND');
    const states = asked.map(({ did }) => ({ oracleDid: did, status: this.#stateOf(did) }));
    const missing = await this.missingParts(asked.map(({ did }) => did));
    const issues = drain.state === 'draining' ? [...missing, 'draining'] : missing;
    if (issues.length > 0) throw new OracleCallError('ERR_UPSTREAM_BUSY', undefined, { details: { issues } });
    return { status: 'ready', oracles: states };
  }

  /** The parts that are not ready. Matrix is when it is for one of these oracles; all of them unless told. */
  async missingParts(
    dids: readonly Did[] = this.#deps.oracles.all.map(({ did }) => did),
  ): Promise<readonly ReadinessPart[]> {
    const { store, sfu } = this.#deps;
    const hasOracle = dids.some((did) => this.#stateOf(did) === 'ready');
    const results = await Promise.all([
      this.#try('database', () => store.ping()),
      this.#try('matrix', () => (hasOracle ? Promise.resolve() : Promise.reject(notSyncing()))),
      this.#try('sfu', () => sfu.ping()),
    ]);
    return results.filter((part) => part !== undefined);
  }

  #stateOf(did: Did): 'ready' | 'not-ready' {
    return this.#deps.oracles.findAccount(did)?.isSyncing() === true ? 'ready' : 'not-ready';
  }

  /** The part's name when it is not ready. */
  async #try(part: ReadinessPart, check: () => Promise<void>): Promise<ReadinessPart | undefined> {
    const { clock, logger } = this.#deps;
    const done = new AbortController();
    const timeout = clock.sleep(CHECK_TIMEOUT_MS, { signal: done.signal }).then(() => {
      throw new OracleCallError('ERR_UPSTREAM_TIMEOUT');
    });
    try {
      await Promise.race([check(), timeout]);
      return undefined;
    } catch (error) {
      logger.warn('not ready', { part, ...errorFields(error) });
      return part;
    } finally {
      done.abort();
    }
  }
}

const notSyncing = (): OracleCallError => new OracleCallError('ERR_UPSTREAM_HOMESERVER');
