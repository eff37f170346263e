import { startRestartable } from '../process/restartable-process.ts';
import type { OnUnexpectedExit, RestartableProcess } from '../process/restartable-process.ts';
import type { ProcessSpec } from '../process/supervised-process.ts';

/** The agent, which a stack may start without and tests take away and bring back. */
export class AgentSwitch implements AsyncDisposable {
  readonly #spec: ProcessSpec;
  readonly #onUnexpectedExit: OnUnexpectedExit;
  #process: RestartableProcess | undefined;

  constructor(spec: ProcessSpec, onUnexpectedExit: OnUnexpectedExit) {
    this.#spec = spec;
    this.#onUnexpectedExit = onUnexpectedExit;
  }

  /** @throws {DevError} `ERR_DEV_STATE` when it runs already, or as `startProcess` */
  async start(): Promise<void> {
    if (this.#process !== undefined) await this.#process.start();
    else this.#process = await startRestartable(this.#spec, this.#onUnexpectedExit);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** `undefined` while it does not run. */
  get pid(): number | undefined {
    return this.#process?.running === true ? this.#process.pid : undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
