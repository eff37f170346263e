import { Store } from '../store/store.ts';
import { findHomeserver, type Homeserver } from './homeserver.ts';
import { fetchLoginMethods, type LoginMethods } from './login-methods.ts';
import { SignInError, type SignInErrorKind } from './sign-in-error.ts';

export interface ChosenHomeserver {
  readonly homeserver: Homeserver;
  /** What it offers; `asking` until it has said. */
  readonly methods: LoginMethods | 'asking' | 'failed';
  /** Why it is not known what it offers, or why what was typed last is no homeserver. */
  readonly problem: SignInErrorKind | undefined;
}

export interface HomeserverPorts {
  readonly find?: typeof findHomeserver;
  readonly ask?: (homeserverUrl: string) => Promise<LoginMethods>;
}

const named = (baseUrl: string): Homeserver => ({ baseUrl, name: new URL(baseUrl).host });

/** Where somebody is going to sign in, and with what they can. */
export class HomeserverDesk extends Store<ChosenHomeserver> {
  readonly #find: typeof findHomeserver;
  readonly #ask: (homeserverUrl: string) => Promise<LoginMethods>;

  constructor(baseUrl: string, { find = findHomeserver, ask = fetchLoginMethods }: HomeserverPorts = {}) {
    super({ homeserver: named(baseUrl), methods: 'asking', problem: undefined });
    this.#find = find;
    this.#ask = ask;
  }

  /** Asks what the homeserver offers, unless that is known. */
  async look(homeserver = this.value.homeserver): Promise<void> {
    if (homeserver === this.value.homeserver && typeof this.value.methods === 'object') return;
    this.set({ homeserver, methods: 'asking', problem: undefined });
    try {
      const methods = await this.#ask(homeserver.baseUrl);
      if (this.value.homeserver === homeserver) this.set({ homeserver, methods, problem: undefined });
    } catch (error) {
      if (this.value.homeserver === homeserver) this.set({ homeserver, methods: 'failed', problem: kindOf(error) });
    }
  }

  /** Turns to another homeserver. False when what was typed names none; then nothing changes but the problem. */
  async choose(typed: string): Promise<boolean> {
    try {
      const homeserver = await this.#find(typed);
      // What cannot be asked is none: the one before stays.
      const methods = await this.#ask(homeserver.baseUrl);
      this.set({ homeserver, methods, problem: undefined });
      return true;
    } catch (error) {
      this.set({ ...this.value, problem: kindOf(error) });
      return false;
    }
  }

  /** Turns to one that is known by its address. */
  turnTo(baseUrl: string): void {
    if (this.value.homeserver.baseUrl !== baseUrl) void this.look(named(baseUrl));
  }
}

const kindOf = (error: unknown): SignInErrorKind => (error instanceof SignInError ? error.kind : 'unreachable');
