import type { EncodedFrame } from './frame-layout.ts';
import { FrameTransform } from './frame-transform.ts';
import { NonceStreams } from './frame-nonces.ts';
import { KeyRing, SendingRing } from './key-ring.ts';
import type { FromFrameWorker, RingId, ToFrameWorker, TransformId, TransformOptions } from './worker-messages.ts';

/** The worker's inside: the rings, and a transform for each sender and receiver. */
export class FrameCryptorHost {
  readonly #sending = new SendingRing();
  readonly #receiving = new Map<RingId, KeyRing>();
  readonly #transforms = new Map<TransformId, FrameTransform>();
  readonly #nonces = new NonceStreams();
  readonly #say: (message: FromFrameWorker) => void;

  constructor(say: (message: FromFrameWorker) => void) {
    this.#say = say;
  }

  handle(message: ToFrameWorker): void {
    const { request } = message;
    switch (message.kind) {
      case 'switchSending':
        this.#sending.switchTo(message.slot, message.key);
        break;
      case 'setReceiving':
        this.#ringOf(message.ring).set(message.slot, message.key);
        break;
      case 'retire':
        for (const ring of [this.#sending, ...this.#receiving.values()]) ring.retire(message.slot);
        break;
      case 'bind': {
        const transform = this.#transforms.get(message.transform);
        if (transform !== undefined) {
          transform.ring = message.ring === undefined ? undefined : this.#ringOf(message.ring);
        }
        break;
      }
      case 'attach':
        this.attach(message.options, message.readable, message.writable);
        break;
      case 'inspect': {
        const transforms = [...this.#transforms.values()].map(({ report }) => report);
        this.#say({ kind: 'inspected', request, hasSendingKey: this.#sending.current !== undefined, transforms });
        return;
      }
      default:
        message satisfies never;
        return;
    }
    this.#say({ kind: 'done', request });
  }

  attach(
    options: TransformOptions,
    readable: ReadableStream<EncodedFrame>,
    writable: WritableStream<EncodedFrame>,
  ): void {
    const transform = new FrameTransform(options, this.#sending, this.#nonces.open(), () =>
      this.#say({ kind: 'flowing', transform: options.transform }),
    );
    this.#transforms.set(options.transform, transform);
    void transform.run(readable, writable).finally(() => this.#transforms.delete(options.transform));
    this.#say({ kind: 'attached', transform: options.transform });
  }

  #ringOf(id: RingId): KeyRing {
    const ring = this.#receiving.get(id) ?? new KeyRing();
    this.#receiving.set(id, ring);
    return ring;
  }
}
