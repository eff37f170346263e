import type { Clock } from '../clock.ts';
import { DataReceiver, type DataOutcome } from '../data-frame/data-receiver.ts';
import { DataSender } from '../data-frame/data-sender.ts';
import { createPayloadId, type DataPayload } from '../data-frame/payload.ts';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import type { Entropy } from '../kem/entropy.ts';
import type { EpochKeys } from '../key-schedule/epoch-keys.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import { Serial } from '../serial.ts';
import { OUTBOX_MAX, RECEIPT_TRIES, RECEIPT_WAIT_MS } from './link-times.ts';

export interface SealedDataOptions {
  readonly clock: Clock;
  /** The direction in which this end sends. */
  readonly sends: MediaDirection;
  readonly receives: MediaDirection;
  /** Hands a sealed frame to the connection; in the order of the calls. */
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly entropy?: Entropy | undefined;
}

interface Waiting {
  readonly payload: DataPayload;
  tries: number;
  timer: Disposable | undefined;
}

/** What must arrive is sent again until its receipt comes. State that the next message replaces is not. */
function needsReceipt(payload: DataPayload): boolean {
  switch (payload.kind) {
    case 'chat':
    case 'question':
    case 'answer':
      return true;
    case 'caption':
      return payload.isFinal;
    case 'control':
      return payload.action !== 'received' && payload.action !== 'oracle-state';
  }
}

/** The data of one end over all attempts and epochs: sealed, receipted, sent again under new numbers when a receipt is missing. */
export class SealedData implements Disposable {
  readonly #options: SealedDataOptions;
  readonly #sender: DataSender;
  readonly #receiver: DataReceiver;
  readonly #serial = new Serial();
  readonly #outbox = new Map<string, Waiting>();
  #hasKeys = false;

  constructor(options: SealedDataOptions) {
    this.#options = options;
    this.#sender = new DataSender({ direction: options.sends });
    this.#receiver = new DataReceiver(options.receives);
  }

  installReceiving(keys: EpochKeys): void {
    this.#receiver.install(keys);
  }

  retire(epoch: number): void {
    this.#receiver.retire(epoch);
  }

  /** Sends under these keys from now on, first of all what has no receipt yet. */
  switchSending(keys: EpochKeys): void {
    this.#sender.switchTo(keys);
    this.#hasKeys = true;
    for (const waiting of this.#outbox.values()) {
      // What was lost under the keys of before says nothing about these.
      waiting.tries = 0;
      void this.#dispatch(waiting);
    }
  }

  /** The attempt is over: what must arrive waits for the next one. */
  suspend(): void {
    this.#hasKeys = false;
    for (const { timer } of this.#outbox.values()) timer?.[Symbol.dispose]();
  }

  /**
   * Seals and sends. What needs a receipt and finds no keys waits for them; anything else is then dropped.
   *
   * @throws {OracleCallError} `ERR_DATA_MALFORMED`, `ERR_DATA_TOO_LARGE`
   */
  async send(payload: DataPayload): Promise<void> {
    const waiting: Waiting = { payload, tries: 0, timer: undefined };
    if (needsReceipt(payload)) this.#remember(waiting);
    try {
      if (this.#hasKeys) await this.#dispatch(waiting);
    } catch (error) {
      this.#forget(payload.id);
      throw error;
    }
  }

  /** Opens a data frame and answers what wants a receipt. Receipts themselves are settled here. */
  async open(frame: Uint8Array): Promise<DataOutcome> {
    const outcome = await this.#receiver.open(frame);
    if (outcome.kind === 'duplicate') await this.#acknowledge(outcome.id);
    if (outcome.kind !== 'payload') return outcome;
    const { payload } = outcome;
    if (payload.kind === 'control' && payload.action === 'received') this.#forget(payload.received);
    else if (needsReceipt(payload)) await this.#acknowledge(payload.id);
    return outcome;
  }

  [Symbol.dispose](): void {
    this.suspend();
    this.#outbox.clear();
  }

  #acknowledge(received: string): Promise<void> {
    return this.send({ id: createPayloadId(this.#options.entropy), kind: 'control', action: 'received', received });
  }

  async #dispatch(waiting: Waiting): Promise<void> {
    waiting.timer?.[Symbol.dispose]();
    waiting.tries += 1;
    await this.#serial.run(async () => {
      if (!this.#hasKeys) return;
      try {
        this.#options.send(await this.#sender.seal(waiting.payload));
      } catch (error) {
        // The keys may have been wiped since it was asked: then the next attempt's switch sends it.
        if (!isOracleCallError(error) || !error.code.startsWith('ERR_KEY_')) throw error;
      }
    });
    const { id } = waiting.payload;
    if (this.#outbox.get(id) !== waiting || !this.#hasKeys) return;
    waiting.timer = this.#options.clock.after(RECEIPT_WAIT_MS, () => {
      if (waiting.tries >= RECEIPT_TRIES) this.#forget(id);
      else void this.#dispatch(waiting);
    });
  }

  #remember(waiting: Waiting): void {
    this.#outbox.set(waiting.payload.id, waiting);
    if (this.#outbox.size <= OUTBOX_MAX) return;
    // A map keeps the order of insertion: the first is the oldest.
    for (const oldest of this.#outbox.keys()) {
      this.#forget(oldest);
      break;
    }
  }

  #forget(id: string): void {
    this.#outbox.get(id)?.timer?.[Symbol.dispose]();
    this.#outbox.delete(id);
  }
}
