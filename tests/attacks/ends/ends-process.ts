import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SfuAccess } from '../room/room-participant.ts';
import { twinEnvironment } from '../twin/environment.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import type { EndsAnswer, EndsAsk, EndsWork } from './ends-messages.ts';

const ANSWER_MAX_MS = 60_000;

/** The process of the two ends, to ask things of. */
export class EndsProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, PromiseWithResolvers<object>>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ id, answers, failure }: EndsAnswer) => {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (failure === undefined) asked?.resolve(answers ?? {});
      else asked?.reject(new Error(`The ends: ${failure}`));
    });
    child.once('exit', (code) => {
      for (const asked of this.#asked.values()) asked.reject(new Error(`The ends are gone: ${String(code)}`));
      this.#asked.clear();
    });
  }

  /** Starts the process, from patched sources where there are patches. */
  static async start({ url, apiKey, apiSecret }: SfuAccess, patches: readonly SourcePatch[]): Promise<EndsProcess> {
    const main = fileURLToPath(new URL('ends-main.ts', import.meta.url));
    const child = fork(main, [JSON.stringify({ url, apiKey, apiSecret })], {
      env: { ...twinEnvironment(patches), NODE_ENV: 'production' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ends = new EndsProcess(child);
    await ends.#answer(0, 'the start');
    return ends;
  }

  async ask<A extends EndsAsk>(ask: A, asks: EndsWork[A]['asks']): Promise<EndsWork[A]['answers']> {
    this.#lastId += 1;
    const answer = this.#answer(this.#lastId, ask);
    this.#child.send({ id: this.#lastId, ask, asks });
    return await answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exited;
  }

  async #answer(id: number, what: string): Promise<object> {
    const asked = Promise.withResolvers<object>();
    this.#asked.set(id, asked);
    const late = AbortSignal.timeout(ANSWER_MAX_MS);
    late.addEventListener('abort', () => asked.reject(new Error(`The ends do not answer: ${what}`)));
    return await asked.promise;
  }
}
