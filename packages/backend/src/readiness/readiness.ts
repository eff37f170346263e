import { OracleCallError, type Clock, type Logger } from '@oracle-calls/protocol';
import type { MatrixAccountPort } from '@oracle-calls/matrix/port';
import { errorFields } from '../background/error-fields.ts';
import type { SfuControl } from '../sfu/sfu-control.ts';
import type { Store } from '../store/store.ts';

/** A dependency that takes longer than this, in milliseconds, is not ready. */
const CHECK_TIMEOUT_MS = 2_000;

export interface ReadinessDeps {
  readonly store: Store;
  readonly matrix: Pick<MatrixAccountPort, 'isSyncing'>;
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

  /** @throws {OracleCallError} `ERR_UPSTREAM_BUSY`, its issues naming the parts that are not ready */
  async check(): Promise<void> {
    const issues = await this.missingParts();
    if (issues.length > 0) throw new OracleCallError('ERR_UPSTREAM_BUSY', undefined, { details: { issues } });
  }

  /** The parts that are not ready. */
  async missingParts(): Promise<readonly ReadinessPart[]> {
    const { store, matrix, sfu } = this.#deps;
    const results = await Promise.all([
      this.#try('database', () => store.ping()),
      this.#try('matrix', () => (matrix.isSyncing() ? Promise.resolve() : Promise.reject(notSyncing()))),
      this.#try('sfu', () => sfu.ping()),
    ]);
    return results.filter((part) => part !== undefined);
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
