import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { Ring, Rings } from '@oracle-calls/sdk';
import i18next from 'i18next';
import type { PageTitle } from '../app/page-title.ts';
import type { CallDesk } from '../call/call-desk.ts';
import { Store } from '../store/store.ts';
import type { Notifier } from './notifier.ts';
import type { Ringtone } from './ringtone.ts';

/** What a person sees of rings. */
export interface Incoming {
  /** The ring that waits for an answer. */
  readonly ring: Ring | undefined;
  /** The last ring that nobody answered, until it is dismissed. */
  readonly missed: Ring | undefined;
  /** Another device of this person answered or declined the last one. */
  readonly isElsewhere: boolean;
  readonly error: OracleCallError | undefined;
}

const QUIET: Incoming = { ring: undefined, missed: undefined, isElsewhere: false, error: undefined };

export interface IncomingDeskOptions {
  readonly rings: Rings;
  readonly desk: Pick<CallDesk, 'answer'>;
  /** How the oracle of a ring is called. */
  readonly nameOf: (oracleDid: string) => string;
  readonly ringtone: Ringtone;
  readonly notifier: Notifier;
  readonly title: Pick<PageTitle, 'flash'>;
  /** Whether nobody looks at the page. */
  readonly isHidden: () => boolean;
}

/** Follows oracles that ring: sound, title and notification begin and end with the ring, wherever it is answered. */
export class IncomingDesk extends Store<Incoming> implements Disposable {
  readonly #options: IncomingDeskOptions;
  readonly #observation: Disposable;
  #notification: Disposable | undefined;

  constructor(options: IncomingDeskOptions) {
    super(QUIET);
    this.#options = options;
    this.#observation = options.rings.observe((ring) => this.#hear(ring));
    const { current } = options.rings;
    if (current !== undefined) this.#hear(current);
  }

  /** Answers. Call it from a click, or the browser may not play. */
  accept(): void {
    const { ring } = this.value;
    if (ring === undefined) return;
    this.#hush();
    try {
      this.#options.desk.answer(ring);
      this.set(QUIET);
    } catch (error) {
      this.set({ ...QUIET, error: toOracleCallError(error) });
    }
  }

  /** Declines, on every device. */
  async decline(): Promise<void> {
    const { ring } = this.value;
    if (ring === undefined) return;
    this.#hush();
    this.set(QUIET);
    try {
      await this.#options.rings.decline(ring);
    } catch (error) {
      this.set({ ...this.value, error: toOracleCallError(error) });
    }
  }

  /** A person has seen that a call was missed, or what went wrong. */
  dismiss(): void {
    this.set({ ...this.value, missed: undefined, isElsewhere: false, error: undefined });
  }

  [Symbol.dispose](): void {
    this.#observation[Symbol.dispose]();
    this.#hush();
  }

  #hear(ring: Ring): void {
    if (ring.status === 'ringing') {
      this.#begin(ring);
      return;
    }
    // One that was answered here has been taken from the page already.
    if (this.value.ring !== undefined && this.value.ring.ringEventId !== ring.ringEventId) return;
    this.#hush();
    const wasShown = this.value.ring !== undefined;
    const isMissed = ring.status === 'lapsed' || (ring.status === 'cancelled' && wasShown);
    this.set({
      ...QUIET,
      missed: isMissed ? ring : undefined,
      isElsewhere: ring.status === 'elsewhere' && wasShown,
    });
  }

  #begin(ring: Ring): void {
    const { nameOf, ringtone, notifier, title, isHidden } = this.#options;
    const isNew = this.value.ring?.ringEventId !== ring.ringEventId;
    this.set({ ...QUIET, ring });
    if (!isNew) return;
    this.#hush();
    const text = i18next.t('incoming:calls', { name: nameOf(ring.oracleDid) });
    ringtone.start();
    title.flash(text);
    if (isHidden()) this.#notification = notifier.show({ title: text, tag: ring.ringEventId });
  }

  #hush(): void {
    const { ringtone, title } = this.#options;
    ringtone.stop();
    title.flash(undefined);
    this.#notification?.[Symbol.dispose]();
    this.#notification = undefined;
  }
}
