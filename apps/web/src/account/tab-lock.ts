import { systemClock, waitAtMost, type Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';

const NAME = 'oracle-calls.account';
/** A tab ends its call and closes its stores in a second or two; one that takes longer does not answer. In ms. */
const LET_GO_MAX_MS = 10_000;

const messageSchema = v.variant('kind', [
  /** A tab would like to be the one. */
  v.object({ kind: v.literal('ask'), from: v.string(), endsCall: v.boolean() }),
  /** The tab that is the one is in a call and was not told to end it. */
  v.object({ kind: v.literal('in-call'), to: v.string() }),
  /** The account has left this browser. */
  v.object({ kind: v.literal('signed-out') }),
]);
type Message = v.InferOutput<typeof messageSchema>;

export interface TabLockOptions {
  /** Asked when another tab wants to take over. `let-go` means that the account is closed here; the lock is released then. */
  readonly onAsked: (request: { readonly endsCall: boolean }) => Promise<'let-go' | 'in-call'>;
  readonly onSignedOut: () => void;
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  readonly clock?: Clock | undefined;
}

export type TakeOver = 'held' | 'in-call' | 'no-answer';

/**
 * One tab of a browser owns the account: two Matrix clients on one crypto store destroy its keys. Who holds the Web Lock is the one; a tab that is closed or
 * crashes has let go of it. Nobody's lock is stolen: whoever holds one may be writing.
 */
export class TabLock implements Disposable {
  readonly #options: TabLockOptions;
  readonly #locks: Pick<LockManager, 'request'>;
  readonly #clock: Clock;
  readonly #channel = new BroadcastChannel(NAME);
  readonly #id = crypto.randomUUID();
  #letGo: (() => void) | undefined;
  #onInCall: (() => void) | undefined;

  constructor(options: TabLockOptions) {
    this.#options = options;
    this.#locks = options.locks ?? navigator.locks;
    this.#clock = options.clock ?? systemClock;
    this.#channel.onmessage = ({ data }: { data: unknown }) => void this.#hear(data);
  }

  get isHeld(): boolean {
    return this.#letGo !== undefined;
  }

  /** Whether this tab is the one now. */
  tryHold(): Promise<boolean> {
    return this.isHeld ? Promise.resolve(true) : this.#request({ ifAvailable: true });
  }

  /** Asks the tab that is the one to let go, and waits until it has. */
  async takeOver({ endsCall }: { readonly endsCall: boolean }): Promise<TakeOver> {
    if (await this.tryHold()) return 'held';
    const giveUp = new AbortController();
    const inCall = new Promise<TakeOver>((resolve) => (this.#onInCall = () => resolve('in-call')));
    const held = this.#request({ signal: giveUp.signal }).then((): TakeOver => 'held');
    this.#say({ kind: 'ask', from: this.#id, endsCall });
    try {
      const outcome = await waitAtMost(this.#clock, Promise.race([held, inCall]), LET_GO_MAX_MS);
      return outcome ?? 'no-answer';
    } finally {
      this.#onInCall = undefined;
      giveUp.abort();
      // Does nothing to a lock that was granted.
      await held.catch(() => undefined);
    }
  }

  release(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }

  /** Tells the other tabs that the account has left this browser. */
  tellSignedOut(): void {
    this.#say({ kind: 'signed-out' });
  }

  [Symbol.dispose](): void {
    this.release();
    this.#channel.close();
  }

  /** Resolves when the lock is held, or is known not to be had. */
  #request(options: LockOptions): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#locks
        .request(NAME, options, (lock) => {
          if (lock === null) return resolve(false);
          return new Promise<void>((letGo) => {
            this.#letGo = letGo;
            resolve(true);
          });
        })
        .catch(reject);
    });
  }

  async #hear(data: unknown): Promise<void> {
    const parsed = v.safeParse(messageSchema, data);
    if (!parsed.success) return;
    const message = parsed.output;
    switch (message.kind) {
      case 'ask': {
        if (!this.isHeld) return;
        const answer = await this.#options.onAsked({ endsCall: message.endsCall });
        if (answer === 'let-go') this.release();
        else this.#say({ kind: 'in-call', to: message.from });
        return;
      }
      case 'in-call':
        if (message.to === this.#id) this.#onInCall?.();
        return;
      case 'signed-out':
        this.#options.onSignedOut();
    }
  }

  #say(message: Message): void {
    this.#channel.postMessage(message);
  }
}
