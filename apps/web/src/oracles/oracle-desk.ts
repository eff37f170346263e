import { codeOf, type CallType, type Clock, type ErrorCode } from '@oracle-calls/protocol';
import type { OracleCalls, OracleFacts } from '@oracle-calls/sdk';
import type { CallDesk } from '../call/call-desk.ts';
import { Store } from '../store/store.ts';
import { askReadiness, type Readiness } from './ask-readiness.ts';
import { parseOracleName } from './oracle-name.ts';
import type { OracleProfile, OracleProfiles } from './oracle-profiles.ts';
import type { OracleShelf } from './oracle-shelf.ts';
import { OracleWait } from './oracle-wait.ts';

/** What is known of the chosen oracle. */
export interface ChosenOracle {
  readonly oracleDid: string;
  /** Proved by its DID document and by earlier calls; `undefined` until it was looked up, or when that failed. */
  readonly facts: OracleFacts | undefined;
  /** Its homeserver's word. */
  readonly profile: OracleProfile | undefined;
  readonly readiness: Readiness | undefined;
}

export interface Oracles {
  readonly chosen: ChosenOracle;
  /** The oracle that a person asks for by name. */
  readonly search: { readonly isBusy: boolean; readonly errorCode: ErrorCode | undefined };
}

export interface OracleDeskOptions {
  readonly desk: Pick<CallDesk, 'value' | 'observe' | 'choose' | 'place'>;
  readonly calls: Pick<OracleCalls, 'lookUpOracle'>;
  readonly shelf: OracleShelf;
  readonly profiles: Pick<OracleProfiles, 'read'>;
  readonly clock: Clock;
  readonly ask?: typeof askReadiness | undefined;
}

/** Chooses oracles and knows what is proved about the chosen one. It follows the call desk, whose oracle it is. */
export class OracleDesk extends Store<Oracles> implements Disposable {
  readonly shelf: OracleShelf;
  readonly wait: OracleWait;
  readonly #options: OracleDeskOptions;
  readonly #observation: Disposable;
  #followed: { readonly oracleDid: string; readonly call: object | undefined; readonly isPrepared: boolean };
  #looking = new AbortController();
  #searching = new AbortController();

  constructor(options: OracleDeskOptions) {
    const { desk, shelf, clock } = options;
    const { oracleDid } = desk.value;
    super({ chosen: nothingKnown(oracleDid), search: { isBusy: false, errorCode: undefined } });
    this.shelf = shelf;
    this.#options = options;
    this.wait = new OracleWait({
      isReady: async (signal) => (await this.#ask(signal)) === 'ready',
      place: (type: CallType) => desk.place(type),
      clock,
    });
    this.#followed = this.#seen();
    this.#observation = desk.observe(() => this.#follow());
    void this.#look(oracleDid);
  }

  /** Turns to another oracle. */
  choose(oracleDid: string): void {
    this.#searching.abort();
    this.wait.stop();
    this.set({ ...this.value, search: { isBusy: false, errorCode: undefined } });
    void this.#options.desk.choose(oracleDid);
  }

  /** Finds an oracle by what a person typed, and turns to it. True when it was found. */
  async find(text: string): Promise<boolean> {
    this.#searching.abort();
    this.#searching = new AbortController();
    const { signal } = this.#searching;
    const name = parseOracleName(text);
    if (name === undefined) {
      this.set({ ...this.value, search: { isBusy: false, errorCode: 'ERR_DID_MALFORMED' } });
      return false;
    }
    this.set({ ...this.value, search: { isBusy: true, errorCode: undefined } });
    try {
      const { oracleDid, matrixUserId } = await this.#options.calls.lookUpOracle(name, { signal });
      if (signal.aborted) return false;
      this.shelf.keep({ oracleDid, matrixUserId });
      this.choose(oracleDid);
      return true;
    } catch (error) {
      const errorCode = codeOf(error);
      // Changed keys are decided about where the oracle stands: by its DID it can be turned to.
      if ('oracleDid' in name && errorCode.startsWith('ERR_KEY_')) {
        this.choose(name.oracleDid);
        return true;
      }
      if (!signal.aborted) this.set({ ...this.value, search: { isBusy: false, errorCode } });
      return false;
    }
  }

  /** Asks anew whether the oracle takes calls. */
  async refresh(): Promise<void> {
    await this.#look(this.#options.desk.value.oracleDid);
  }

  [Symbol.dispose](): void {
    this.#observation[Symbol.dispose]();
    this.#looking.abort();
    this.#searching.abort();
    this.wait.stop();
  }

  #seen(): { oracleDid: string; call: object | undefined; isPrepared: boolean } {
    const { oracleDid, call, readiness } = this.#options.desk.value;
    const isOver = call === undefined || call.state.kind === 'Ended';
    return { oracleDid, call: isOver ? undefined : call, isPrepared: readiness !== 'preparing' };
  }

  /** What a call or a decision changed is looked up anew: keys are the same now, or compared. */
  #follow(): void {
    const [before, now] = [this.#followed, this.#seen()];
    this.#followed = now;
    if (now.oracleDid !== before.oracleDid) this.set({ ...this.value, chosen: nothingKnown(now.oracleDid) });
    if (now.call !== undefined && now.call !== before.call) {
      this.wait.stop();
      this.#keepCalled(now.oracleDid);
    }
    if (now.call !== undefined) this.#keepDeclared();
    const isOver = before.call !== undefined && now.call === undefined;
    const isPrepared = now.isPrepared && !before.isPrepared;
    if (now.oracleDid !== before.oracleDid || isOver || isPrepared) void this.#look(now.oracleDid);
  }

  #keepCalled(oracleDid: string): void {
    const { facts } = this.value.chosen;
    if (facts?.oracleDid === oracleDid) this.shelf.keep(facts);
  }

  /** What the agent declares of itself in a call is all that is known before the next. */
  #keepDeclared(): void {
    const { oracleDid, call } = this.#options.desk.value;
    const remembers = call?.security.hearing?.remembers;
    const shelved = this.shelf.find(oracleDid);
    if (call === undefined || remembers === undefined || shelved?.remembers === remembers) return;
    this.shelf.keep({ oracleDid: call.oracleDid, remembers });
  }

  async #look(oracleDid: string): Promise<void> {
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    const { calls, profiles, desk } = this.#options;
    let facts: OracleFacts;
    try {
      facts = await calls.lookUpOracle({ oracleDid }, { signal });
    } catch {
      // Preparing has the same failure, and shows it.
      if (!signal.aborted) this.#learn(oracleDid, { facts: undefined });
      return;
    }
    if (signal.aborted) return;
    this.#learn(oracleDid, { facts });
    const [profile] = await Promise.all([profiles.read(facts.matrixUserId), this.#ask(signal)]);
    if (signal.aborted) return;
    this.#learn(oracleDid, { profile });
    const isKnown = this.shelf.find(oracleDid) !== undefined;
    if (isKnown || desk.value.call !== undefined) this.shelf.keep({ ...facts, name: profile.name });
  }

  async #ask(signal: AbortSignal): Promise<Readiness> {
    const { oracleDid } = this.value.chosen;
    const { calls, clock, ask = askReadiness } = this.#options;
    const facts = this.value.chosen.facts ?? (await calls.lookUpOracle({ oracleDid }, { signal }));
    const readiness = await ask(facts, { clock, signal });
    if (!signal.aborted) this.#learn(oracleDid, { facts, readiness });
    return readiness;
  }

  #learn(oracleDid: string, known: Partial<ChosenOracle>): void {
    if (this.value.chosen.oracleDid !== oracleDid) return;
    this.set({ ...this.value, chosen: { ...this.value.chosen, ...known } });
  }
}

const nothingKnown = (oracleDid: string): ChosenOracle => ({
  oracleDid,
  facts: undefined,
  profile: undefined,
  readiness: undefined,
});
