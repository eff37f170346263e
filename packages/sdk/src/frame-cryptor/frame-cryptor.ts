import { OracleCallError, type Clock, type SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import { attachTransform, type FramePath } from './attach-transform.ts';
import { deriveFrameKey } from './frame-key.ts';
import { KEY_SLOTS } from './frame-layout.ts';
import type { RingId, TransformDirection, TransformId, TransformReport } from './worker-messages.ts';
import { WorkerRequests } from './worker-requests.ts';

export interface FrameCryptorOptions {
  /** Made from `@oracle-calls/sdk/frame-worker`; the cryptor ends it. */
  readonly worker: Worker;
  readonly clock: Clock;
  /** Told whenever `isFlowing` has become true of a path. */
  readonly onFlowing: () => void;
  /** Told once, when the worker has broken: no frame passes any more. */
  readonly onFailed: () => void;
}

interface Attachment {
  readonly transform: TransformId;
  readonly attached: Promise<void>;
}

/**
 * The page's side of the frame cryptor. One ring seals everything that this side sends. Frames that come in are opened with the ring of
 * a participant only after `bindReceiver` tied the receiver to it; what signalling says of names, encryption and codecs changes nothing.
 */
export class FrameCryptor implements FrameKeys, Disposable {
  readonly #worker: Worker;
  readonly #requests: WorkerRequests;
  readonly #rings = new Map<string, RingId>();
  readonly #attachments = new WeakMap<FramePath, Attachment>();
  readonly #flowing = new Set<TransformId>();
  #transforms = 0;

  constructor({ worker, clock, onFlowing, onFailed }: FrameCryptorOptions) {
    this.#worker = worker;
    this.#requests = new WorkerRequests(worker, clock, {
      onFailed,
      onFlowing: (transform) => {
        this.#flowing.add(transform);
        onFlowing();
      },
    });
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    checkSlot(slot);
    const frameKey = await deriveFrameKey(key.expose(), 'encrypt');
    await this.#requests.ask({ kind: 'switchSending', slot, key: frameKey });
  }

  async installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void> {
    checkSlot(slot);
    const frameKey = await deriveFrameKey(key.expose(), 'decrypt');
    const ring = this.#ringOf(participantIdentity);
    await this.#requests.ask({ kind: 'setReceiving', ring, slot, key: frameKey });
  }

  async retire(slot: number): Promise<void> {
    checkSlot(slot);
    await this.#requests.ask({ kind: 'retire', slot });
  }

  /** Seals everything that this sender sends. Idempotent. Resolves when the worker has said so. */
  attachSender(sender: RTCRtpSender, medium: 'audio' | 'video'): Promise<void> {
    return this.#attach(sender, 'seal', medium);
  }

  /** Drops everything that this receiver receives until it is bound. Idempotent. Resolves when the worker has said so. */
  attachReceiver(receiver: RTCRtpReceiver): Promise<void> {
    return this.#attach(receiver, 'open', receiver.track.kind === 'video' ? 'video' : 'audio');
  }

  /** From now on this receiver's frames are opened with the keys of this participant, or dropped. */
  async bindReceiver(receiver: RTCRtpReceiver, participantIdentity: string | undefined): Promise<void> {
    await this.attachReceiver(receiver);
    const transform = this.#attachments.get(receiver)?.transform;
    if (transform === undefined) return;
    const ring = participantIdentity === undefined ? undefined : this.#ringOf(participantIdentity);
    await this.#requests.ask({ kind: 'bind', transform, ring });
  }

  /** Whether the worker was seen to get the frames of this path: the browser does lead them there. */
  isFlowing(path: FramePath): boolean {
    const attachment = this.#attachments.get(path);
    return attachment !== undefined && this.#flowing.has(attachment.transform);
  }

  /** Whether the worker, asked now, has this very sender's frames, was seen to get them, and has a key to seal them with. */
  async isSealing(sender: RTCRtpSender): Promise<boolean> {
    const attachment = this.#attachments.get(sender);
    if (attachment === undefined || !this.isFlowing(sender)) return false;
    const { hasSendingKey, transforms } = await this.#requests.inspect();
    return hasSendingKey && transforms.some(({ transform }) => transform === attachment.transform);
  }

  /** What the worker has done with the frames of each of these, in this order; `undefined` where it has none. */
  async reportsOf(paths: readonly FramePath[]): Promise<readonly (TransformReport | undefined)[]> {
    const { transforms } = await this.#requests.inspect();
    return paths.map((path) => {
      const attachment = this.#attachments.get(path);
      return transforms.find(({ transform }) => transform === attachment?.transform);
    });
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
    this.#worker.terminate();
  }

  #attach(path: FramePath, direction: TransformDirection, medium: 'audio' | 'video'): Promise<void> {
    const known = this.#attachments.get(path);
    if (known !== undefined) return known.attached;
    const transform = ++this.#transforms;
    let attached: Promise<void>;
    try {
      attached = attachTransform(path, { transform, direction, medium }, this.#worker, this.#requests);
    } catch (cause) {
      attached = Promise.reject(new OracleCallError('ERR_MEDIA_UNSUPPORTED', undefined, { cause }));
    }
    // Whoever needs it waits for it; a track that nobody waits for is silent.
    attached.catch(() => undefined);
    this.#attachments.set(path, { transform, attached });
    return attached;
  }

  #ringOf(participantIdentity: string): RingId {
    const ring = this.#rings.get(participantIdentity) ?? this.#rings.size + 1;
    this.#rings.set(participantIdentity, ring);
    return ring;
  }
}

function checkSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot >= KEY_SLOTS) throw new RangeError('A key slot is 0 to 15.');
}
