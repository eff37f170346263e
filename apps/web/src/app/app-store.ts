import { codeOf } from '@oracle-calls/protocol';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { IdentityStep } from '../account/account-identity.ts';
import { findSession } from '../account/kept-session.ts';
import type { Credentials, MatrixAccount } from '../account/matrix-account.ts';
import { SignInError } from '../account/sign-in-error.ts';
import type { PageConfig } from '../page-config.ts';
import { Store } from '../store/store.ts';
import type { AppState, ConfirmingDeviceState } from './app-state.ts';

/** The Matrix client and LiveKit are large: the form is there before them. */
const loadAccount = () => import('../account/matrix-account.ts');
const loadDesk = () => import('../call/call-desk.ts');

/** Who is signed in, and what they can do right now. */
export class AppStore extends Store<AppState> {
  readonly config: PageConfig;

  constructor(config: PageConfig) {
    const session = findSession(localStorage, config.homeserverUrl);
    super(session === undefined ? { kind: 'SignedOut', error: undefined } : { kind: 'SigningIn' });
    this.config = config;
    if (session !== undefined) void this.#enter(async () => (await loadAccount()).restore(session));
  }

  /** Loads what the form leads to, while the person types. */
  loadAhead(): void {
    void Promise.all([loadAccount(), loadDesk()]);
  }

  signIn(credentials: Credentials): void {
    void this.#enter(async () => (await loadAccount()).signIn(credentials));
  }

  enterRecoveryKey(recoveryKey: string): void {
    void this.#confirm((account) => account.identity.ensure(recoveryKey));
  }

  resetIdentity(password: string): void {
    void this.#confirm((account) => account.identity.reset(password));
  }

  retry(): void {
    void this.#confirm((account) => account.identity.ensure());
  }

  /** The person says that they have the recovery key. */
  keepRecoveryKey(): void {
    const state = this.value;
    if (state.kind !== 'ConfirmingDevice') return;
    state.account.identity.kept();
    void this.#ready(state.account);
  }

  async signOut(): Promise<void> {
    const state = this.value;
    if (state.kind === 'SignedOut' || state.kind === 'SigningIn') return;
    try {
      if (state.kind === 'SignedIn') await state.desk.close();
      await state.account.signOut();
    } finally {
      location.reload();
    }
  }

  async #enter(open: () => Promise<MatrixAccount>): Promise<void> {
    this.set({ kind: 'SigningIn' });
    try {
      const account = await open();
      await this.#step(account, account.identity.ensure());
    } catch (error) {
      this.set({ kind: 'SignedOut', error: error instanceof SignInError ? error.kind : 'unreachable' });
    }
  }

  async #confirm(act: (account: MatrixAccount) => Promise<IdentityStep>): Promise<void> {
    const state = this.value;
    if (state.kind !== 'ConfirmingDevice' || state.isBusy) return;
    this.set({ ...state, isBusy: true, errorCode: undefined });
    await this.#step(state.account, act(state.account), state);
  }

  /** `before` is where a failure leads back to. */
  async #step(account: MatrixAccount, work: Promise<IdentityStep>, before?: ConfirmingDeviceState): Promise<void> {
    const common = { kind: 'ConfirmingDevice', account, isBusy: false } as const;
    let step: IdentityStep;
    try {
      step = await work;
    } catch (error) {
      this.set({ ...common, step: before?.step ?? { kind: 'failed' }, errorCode: codeOf(error) });
      return;
    }
    if (step.kind === 'ready') await this.#ready(account);
    else this.set({ ...common, step, errorCode: undefined });
  }

  async #ready(account: MatrixAccount): Promise<void> {
    const [{ CallDesk }, tracer] = await Promise.all([loadDesk(), openTracer(this.config)]);
    this.set({ kind: 'SignedIn', account, desk: new CallDesk({ config: this.config, account, tracer }) });
  }
}

/** Where nobody asks for spans, nothing of it is loaded. */
async function openTracer({ otlpUrl }: PageConfig): Promise<Tracer | undefined> {
  if (otlpUrl === undefined) return undefined;
  return (await import('../call/page-tracer.ts')).openPageTracer(otlpUrl);
}
