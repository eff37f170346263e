import { codeOf, isOracleCallError } from '@oracle-calls/protocol';
import type { CallId, Clock, Logger } from '@oracle-calls/protocol';
import { sealMemory } from '@oracle-calls/protocol/memory';
import type { ConversationObserver, SpokenWords } from '../conversation/observer.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import type { BackendPort } from '../job/backend/backend-port.ts';
import { timeLimit } from '../job/backend/time-limit.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import type { CallMemory } from './call-memory.ts';
import { daysInMs } from './memory-settings.ts';
import type { MemorySettings } from './memory-settings.ts';
import type { Remembered } from './open-remembered.ts';
import { SessionMemory } from './session-memory.ts';
import type { MemoryWish } from './session-memory.ts';

/** What an agent that is killed loses of a call at most, in ms. */
export const KEEP_INTERVAL_MS = 60_000;
/** Keeping must not hold a finished job for longer, in ms. */
const KEEP_MAX_MS = 5_000;

export interface RememberingDeps {
  readonly callId: CallId;
  /** Opens what the session began with; `undefined` where nobody proved who calls. Rejects when it cannot be known. */
  readonly remember: () => Promise<Remembered | undefined>;
  /** How this oracle remembers; resolves with `undefined` for one that does not. */
  readonly settings: Promise<MemorySettings | undefined>;
  readonly identity: Pick<OwnIdentity, 'keys'>;
  readonly trust: Pick<TrustStore, 'memories'>;
  readonly backend: Pick<BackendPort, 'keepMemory' | 'eraseMemory'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The memory of one call: what is known of the session, what was said since, and its keeping, every minute and at the end. Nothing that goes wrong with
 * it breaks the call; then nothing of it is kept, so that what was there is not overwritten by less.
 */
export class Remembering {
  readonly #ready = Promise.withResolvers<void>();
  readonly #deps: RememberingDeps;
  #remembered: Promise<Remembered | undefined> = Promise.resolve(undefined);
  #opened: { readonly memory: SessionMemory; readonly remembered: Remembered } | undefined;
  /** What was said, and wished, before it was open. */
  readonly #early: ((memory: SessionMemory) => void)[] = [];
  #isSettled = false;
  #wish: MemoryWish | undefined;
  #keptChanges = 0;
  /** One request at a time: a later record must not be overtaken by an earlier one. */
  #keeping: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;
  #isOver = false;

  constructor(deps: RememberingDeps) {
    this.#deps = deps;
  }

  /** Resolves, once it was started, when it is known what is remembered: before the first answer. Never rejects. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Opens what is remembered. Called once, when nothing more urgent is to be done. */
  start(): void {
    this.#remembered = this.#deps.remember();
    void this.#open().then(() => this.#ready.resolve());
  }

  /** For brains and tools; `undefined` where nothing is remembered. */
  get memory(): CallMemory | undefined {
    return this.#opened?.memory.forCall;
  }

  /** The same observer, listened to. */
  follow(observer: ConversationObserver): ConversationObserver {
    return {
      ...observer,
      words: (words) => {
        this.#heard(words);
        observer.words(words);
      },
    };
  }

  /** The user has written something. */
  wrote(text: string): void {
    this.#add('user', text);
  }

  /** The user has said, under the call's keys, what is to become of the memory. The stricter wish stands. */
  obey(wish: MemoryWish): void {
    if (this.#wish === 'forget' || this.#wish === wish) return;
    this.#wish = wish;
    this.#deps.log.info('memory wish', { wish });
    this.#tell((memory) => memory.obey(wish));
    if (wish === 'forget') this.#keeping = this.#keeping.then(() => this.#forget());
  }

  /** Keeps what is not kept yet. Never rejects. */
  async finish(): Promise<void> {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
    if (this.#isSettled) this.#keepSoon();
    await this.#keeping;
  }

  async #open(): Promise<void> {
    const { settings, clock, log } = this.#deps;
    try {
      const [known, how] = await Promise.all([this.#remembered, settings]);
      if (known !== undefined && how !== undefined) {
        const isFresh = known.keptAt === undefined || known.keptAt >= clock.now() - daysInMs(how.days);
        const body = isFresh ? known.body : { turns: [], notes: {} };
        this.#opened = { memory: new SessionMemory(body, how.keepTurns), remembered: known };
        for (const act of this.#early) act(this.#opened.memory);
        if (!this.#isOver) this.#watch();
      }
    } catch (cause) {
      // A call that is over before it is known has nothing to remember.
      if (isOracleCallError(cause)) log.warn('nothing is remembered in this call', { code: cause.code });
    } finally {
      this.#isSettled = true;
      this.#early.length = 0;
    }
  }

  #heard({ speaker, text, isFinal }: SpokenWords): void {
    if (isFinal) this.#add(speaker, text);
  }

  #add(speaker: SpokenWords['speaker'], text: string): void {
    const at = this.#deps.clock.now();
    this.#tell((memory) => {
      if (memory.isKept) memory.add(speaker, text, at);
    });
  }

  #tell(act: (memory: SessionMemory) => void): void {
    if (this.#opened !== undefined) act(this.#opened.memory);
    else if (!this.#isSettled) this.#early.push(act);
  }

  #watch(): void {
    this.#timer = this.#deps.clock.after(KEEP_INTERVAL_MS, () => {
      this.#keepSoon();
      this.#watch();
    });
  }

  #keepSoon(): void {
    this.#keeping = this.#keeping.then(() => this.#keep());
  }

  async #keep(): Promise<void> {
    const { callId, identity, trust, backend, clock, log } = this.#deps;
    const { memory, remembered } = this.#opened ?? {};
    if (memory?.isKept !== true || remembered === undefined || memory.changes === this.#keptChanges) return;
    const { scope, scopeName } = remembered;
    const { changes } = memory;
    using limit = timeLimit(clock, KEEP_MAX_MS);
    try {
      const facts = { ...trust.memories.next(scopeName, clock.now()), keptAt: clock.now() };
      const record = await sealMemory({ scope, facts, body: memory.encode(), oracle: identity.keys });
      // The wish came while it was sealed.
      if (!memory.isKept) return;
      await backend.keepMemory(callId, record, facts.erasedAt, { signal: limit.signal });
      trust.memories.kept(scopeName, facts.revision, clock.now());
      this.#keptChanges = changes;
      log.info('memory kept', { bytes: record.length });
    } catch (cause) {
      if (isOracleCallError(cause) && cause.code === 'ERR_MEMORY_ERASED') this.#erased(scopeName);
      else log.warn('memory not kept', { code: codeOf(cause) });
    }
  }

  /** The user has erased the memory by another way while the call went on: as if they had said so here. */
  #erased(scopeName: string): void {
    const { trust, clock, log } = this.#deps;
    log.info('memory erased by the user');
    this.#wish = 'forget';
    this.#opened?.memory.obey('forget');
    try {
      trust.memories.forget(scopeName, clock.now());
    } catch (cause) {
      log.warn('the erasure could not be noted', { code: codeOf(cause) });
    }
  }

  async #forget(): Promise<void> {
    const { callId, trust, backend, clock, log } = this.#deps;
    // Also what was kept by an oracle that does not remember any more.
    using limit = timeLimit(clock, KEEP_MAX_MS);
    try {
      const remembered = await this.#remembered.catch(() => undefined);
      if (remembered !== undefined) trust.memories.forget(remembered.scopeName, clock.now());
      await backend.eraseMemory(callId, { signal: limit.signal });
      log.info('memory forgotten');
    } catch (cause) {
      log.warn('memory not erased', { code: codeOf(cause) });
    }
  }
}
