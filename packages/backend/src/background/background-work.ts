import { isOracleCallError, type Logger } from '@oracle-calls/protocol';
import { errorFields } from './error-fields.ts';

/** Work that nobody awaits: what it throws is logged once, and closing waits for what has begun. */
export class BackgroundWork {
  readonly #logger: Logger;
  readonly #running = new Set<Promise<void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Starts `work`; `name` says in the log what failed. */
  run(name: string, work: () => Promise<unknown>): void {
    const running = Promise.resolve()
      .then(work)
      .then(
        () => undefined,
        (error: unknown) => {
          const level = isOracleCallError(error) && error.code !== 'ERR_INTERNAL' ? 'warn' : 'error';
          this.#logger[level]('background work failed', { work: name, ...errorFields(error) });
        },
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when everything that runs, and what it starts, is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
