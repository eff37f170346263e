import { codeOf, type ErrorCode, type Logger } from '@oracle-calls/protocol';
import type { DecryptedEvent } from '../matrix-port.ts';
import { BoundedSet } from './bounded-set.ts';
import { mayOpenLater, openEvent, type OpenerDependencies } from './open-event.ts';
import { SDK_NOTICE, type SdkClient, type SdkEvent } from './sdk-client.ts';

/** Enough for hours of a busy account; an id that fell out could at worst be delivered again, and only from an old sync. */
const DECIDED_IDS_MAX = 20_000;
/** Between opening an account and listening lie milliseconds; a first sync after a long pause brings some hundred events. */
export const HELD_EVENTS_MAX = 10_000;
/** Events of devices that are not known to be signed, or of people whose identity has changed: more are somebody's flood. */
const DOUBTFUL_EVENTS_MAX = 1_000;
/** A signature made just before sending is known within a second or two; a person who must approve an identity needs longer. */
const DOUBTFUL_LIMIT_MS = 60_000;

/** An event that may be opened yet, and when that is given up. */
interface DoubtfulEvent {
  readonly event: SdkEvent;
  readonly expiry: Disposable;
}

export interface EventFeedOptions extends OpenerDependencies {
  /** Listen from now on, and keep what comes for the first listener. */
  readonly isHolding: boolean;
}

/**
 * Events from the sync that were encrypted by a cross-signed device of their sender, each once, in the order of their arrival within a
 * room; one that decrypts late comes when it does. Attached to the client only while somebody listens (or it holds).
 */
export class EventFeed implements Disposable {
  readonly #dependencies: OpenerDependencies;
  readonly #client: SdkClient;
  readonly #logger: Logger;
  readonly #listeners = new Set<(event: DecryptedEvent) => void>();
  /** Ids of events that were delivered or refused for good. */
  readonly #decided = new BoundedSet<string>(DECIDED_IDS_MAX);
  /** Events that the sync brought: the SDK reports decryption of others too, such as pages of history. */
  #fromSync = new WeakSet<SdkEvent>();
  readonly #queues = new Map<string, Promise<void>>();
  readonly #doubtful = new Map<string, DoubtfulEvent>();
  #held: DecryptedEvent[] | undefined;
  #isAttached = false;
  #isDisposed = false;

  constructor({ isHolding, ...dependencies }: EventFeedOptions) {
    this.#dependencies = dependencies;
    this.#client = dependencies.client;
    this.#logger = dependencies.logger;
    if (isHolding) {
      this.#held = [];
      this.#attach();
    }
  }

  observe(listener: (event: DecryptedEvent) => void): Disposable {
    // A fresh function, so that one listener may be registered twice and disposed once.
    const own = (event: DecryptedEvent): void => listener(event);
    this.#listeners.add(own);
    this.#attach();
    const held = this.#held;
    this.#held = undefined;
    for (const event of held ?? []) this.#notify(own, event);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(own);
        if (this.#listeners.size === 0 && !this.#isDisposed) this.#detach();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#listeners.clear();
    this.#held = undefined;
    this.#detach();
  }

  #attach(): void {
    if (this.#isAttached || this.#isDisposed) return;
    this.#isAttached = true;
    this.#client.on(SDK_NOTICE.event, this.#onEvent);
    this.#client.on(SDK_NOTICE.decrypted, this.#onDecrypted);
    this.#client.on(SDK_NOTICE.devicesUpdated, this.#onDevicesUpdated);
    this.#client.on(SDK_NOTICE.identityUpdated, this.#onIdentityUpdated);
  }

  #detach(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#client.off(SDK_NOTICE.event, this.#onEvent);
    this.#client.off(SDK_NOTICE.decrypted, this.#onDecrypted);
    this.#client.off(SDK_NOTICE.devicesUpdated, this.#onDevicesUpdated);
    this.#client.off(SDK_NOTICE.identityUpdated, this.#onIdentityUpdated);
    this.#fromSync = new WeakSet();
    for (const { expiry } of this.#doubtful.values()) expiry[Symbol.dispose]();
    this.#doubtful.clear();
  }

  readonly #onEvent = (event: SdkEvent): void => {
    if (!event.isEncrypted() || event.isState() || event.status !== null || event.getRoomId() === undefined) return;
    this.#fromSync.add(event);
    this.#enqueue(event);
  };

  readonly #onDecrypted = (event: SdkEvent): void => {
    if (this.#fromSync.has(event) && !event.isDecryptionFailure()) this.#enqueue(event);
  };

  readonly #onDevicesUpdated = (userIds: readonly string[]): void => {
    for (const [eventId, { event, expiry }] of [...this.#doubtful]) {
      if (!userIds.includes(event.getSender() ?? '')) continue;
      expiry[Symbol.dispose]();
      this.#doubtful.delete(eventId);
      this.#enqueue(event);
    }
  };

  readonly #onIdentityUpdated = (userId: string): void => this.#onDevicesUpdated([userId]);

  /** One after another within a room, so that an edit never overtakes its event. */
  #enqueue(event: SdkEvent): void {
    const room = event.getRoomId() ?? '';
    const done = (this.#queues.get(room) ?? Promise.resolve()).then(() => this.#deliver(event));
    this.#queues.set(room, done);
    void done.then(() => {
      if (this.#queues.get(room) === done) this.#queues.delete(room);
    });
  }

  /** Never rejects: what cannot be opened is not delivered. */
  async #deliver(event: SdkEvent): Promise<void> {
    const eventId = event.getId() ?? '';
    if (!this.#isAttached || this.#decided.has(eventId) || this.#doubtful.has(eventId)) return;
    try {
      const opened = await openEvent(this.#dependencies, event);
      if (!this.#isAttached) return;
      this.#decided.add(eventId);
      if (this.#held !== undefined) this.#hold(this.#held, opened);
      else for (const listener of [...this.#listeners]) this.#notify(listener, opened);
    } catch (error) {
      this.#refuse(eventId, event, error);
    }
  }

  #refuse(eventId: string, event: SdkEvent, error: unknown): void {
    const code = codeOf(error);
    // Its key may still come; the SDK tells when it does.
    if (code === 'ERR_MATRIX_UNDECRYPTABLE') return;
    if (mayOpenLater(error) && this.#doubtful.size < DOUBTFUL_EVENTS_MAX) {
      this.#logger.info('matrix event held', { code, 'pii.eventId': eventId });
      const expiry = this.#dependencies.clock.after(DOUBTFUL_LIMIT_MS, () => {
        this.#doubtful.delete(eventId);
        this.#giveUp(eventId, code);
      });
      this.#doubtful.set(eventId, { event, expiry });
    } else this.#giveUp(eventId, code);
  }

  #giveUp(eventId: string, code: ErrorCode): void {
    this.#logger.warn('matrix event refused', { code, 'pii.eventId': eventId });
    this.#decided.add(eventId);
  }

  #hold(held: DecryptedEvent[], event: DecryptedEvent): void {
    held.push(event);
    if (held.length <= HELD_EVENTS_MAX) return;
    // The oldest: what a kept sync brings again comes before what is new.
    held.shift();
    this.#logger.error('matrix events lost: nobody listens', { limit: HELD_EVENTS_MAX });
  }

  #notify(listener: (event: DecryptedEvent) => void, event: DecryptedEvent): void {
    if (!this.#listeners.has(listener)) return;
    try {
      listener(event);
    } catch (error) {
      // One listener's bug must not keep the event from the others.
      this.#logger.error('matrix event listener failed', { error: error instanceof Error ? error.name : typeof error });
    }
  }
}
