import type { Clock, Logger } from '@oracle-calls/protocol';
import { openEngines } from '../conversation/engines.ts';
import type { Engines } from '../conversation/engines.ts';

/**
 * Loads the models ahead of the first call, but not at once: a fresh process starts exactly when its predecessor was given
 * a call, and loading would take two cores away from that call's set-up. Whoever needs the models earlier starts the load.
 */
export class WarmEngines {
  readonly #load: () => Promise<Engines>;
  readonly #delay: Disposable;
  #loading: Promise<Engines> | undefined;

  constructor(
    weightsDir: string,
    delayMs: number,
    clock: Clock,
    log: Logger,
    open: (options: { readonly weightsDir: string }) => Promise<Engines> = openEngines,
  ) {
    this.#load = async () => {
      const startedAt = clock.now();
      const engines = await open({ weightsDir });
      log.info('models loaded', { ms: clock.now() - startedAt, brain: engines.brain.title });
      return engines;
    };
    this.#delay = clock.after(delayMs, () => {
      // The failure is told to whoever asks for the engines.
      this.get().catch(() => log.error('models could not be loaded'));
    });
  }

  get(): Promise<Engines> {
    this.#delay[Symbol.dispose]();
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async close(): Promise<void> {
    this.#delay[Symbol.dispose]();
    const engines = await this.#loading?.catch(() => undefined);
    await engines?.close();
  }
}
