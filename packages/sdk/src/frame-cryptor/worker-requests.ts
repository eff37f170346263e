import { OracleCallError, type Clock } from '@oracle-calls/protocol';
import type { FromFrameWorker, ToFrameWorker, TransformId } from './worker-messages.ts';

/** A worker that lives answers in a millisecond; one that has not answered by now never will. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A request without its number. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'request'> : never;
export type WorkerRequest = Unnumbered<ToFrameWorker>;
export type Inspection = Extract<FromFrameWorker, { readonly kind: 'inspected' }>;
type Answer = Extract<FromFrameWorker, { readonly request: number }>;

export interface WorkerEvents {
  /** Told once for each transform, when its first frame has come to the worker. */
  readonly onFlowing: (transform: TransformId) => void;
  /** Told once, when the worker has broken. */
  readonly onFailed: () => void;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: OracleCallError): void;
}

/** Questions to the worker and their answers. Every wait ends: with the answer, with the worker, or with its time. */
export class WorkerRequests implements Disposable {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #answers = new Map<number, Waiting<Answer>>();
  readonly #attachments = new Map<TransformId, Waiting<void>>();
  readonly #attached = new Set<TransformId>();
  readonly #events: WorkerEvents;
  #requests = 0;
  #failure: OracleCallError | undefined;

  constructor(worker: Worker, clock: Clock, events: WorkerEvents) {
    this.#worker = worker;
    this.#clock = clock;
    this.#events = events;
    worker.onmessage = ({ data }: MessageEvent<FromFrameWorker>) => this.#hear(data);
    worker.onerror = () => this.#fail();
    worker.onmessageerror = () => this.#fail();
  }

  async ask(message: WorkerRequest, transfer: Transferable[] = []): Promise<Answer> {
    const request = ++this.#requests;
    const answer = this.#wait(this.#answers, request);
    this.#worker.postMessage({ ...message, request } satisfies ToFrameWorker, transfer);
    return answer;
  }

  async inspect(): Promise<Inspection> {
    const answer = await this.ask({ kind: 'inspect' });
    if (answer.kind !== 'inspected') throw new OracleCallError('ERR_INTERNAL', 'The frame worker gave another answer.');
    return answer;
  }

  /** Resolves when the worker has said that the transform's frames pass through it. */
  async attached(transform: TransformId): Promise<void> {
    if (!this.#attached.has(transform)) await this.#wait(this.#attachments, transform);
  }

  [Symbol.dispose](): void {
    this.#worker.onmessage = null;
    this.#worker.onerror = null;
    this.#worker.onmessageerror = null;
    this.#end();
  }

  #wait<T>(waits: Map<number, Waiting<T>>, id: number): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timeout = this.#clock.after(ANSWER_TIMEOUT_MS, () => this.#fail());
    waits.set(id, { resolve, reject });
    return promise.finally(() => {
      timeout[Symbol.dispose]();
      waits.delete(id);
    });
  }

  #hear(message: FromFrameWorker): void {
    switch (message.kind) {
      case 'attached':
        this.#attached.add(message.transform);
        this.#attachments.get(message.transform)?.resolve();
        break;
      case 'flowing':
        this.#events.onFlowing(message.transform);
        break;
      case 'done':
      case 'inspected':
        this.#answers.get(message.request)?.resolve(message);
        break;
      default:
        message satisfies never;
    }
  }

  #fail(): void {
    if (this.#failure !== undefined) return;
    this.#end();
    this.#events.onFailed();
  }

  #end(): void {
    this.#failure ??= new OracleCallError('ERR_MEDIA_UNSUPPORTED', 'The frame worker does not run.');
    for (const waiting of [...this.#answers.values(), ...this.#attachments.values()]) waiting.reject(this.#failure);
  }
}
