import { codeOf } from '@oracle-calls/protocol';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { IdentityStep } from '../account/account-identity.ts';
import { isWipeDue, wipeBrowser } from '../account/browser-wipe.ts';
import { HomeserverDesk } from '../account/homeserver-desk.ts';
import type { KeptSession } from '../account/kept-session.ts';
import type { MatrixAccount } from '../account/matrix-account.ts';
import { SessionOverError } from '../account/session-over-error.ts';
import { SessionVault } from '../account/session-vault.ts';
import { SignInError } from '../account/sign-in-error.ts';
import type { Credentials } from '../account/sign-in.ts';
import { beginSso, type SsoAnswer } from '../account/sso-redirect.ts';
import { TabLock } from '../account/tab-lock.ts';
import type { PageConfig } from '../page-config.ts';
import type { Preferences } from '../settings/preferences.ts';
import type { ShellUpdates } from '../shell/shell-updates.ts';
import { Store } from '../store/store.ts';
import type { AppState, ConfirmingDeviceState, SignedInState, SignedOutState } from './app-state.ts';
import { AskingDevices } from '../verify-device/asking-devices.ts';
import { isInCall, untilIdle } from './call-in-progress.ts';
import { leaveNotice, takeNotice } from './left-notice.ts';

/** The Matrix client and LiveKit are large: the form is there before them. */
const loadAccount = () => import('../account/matrix-account.ts');
const loadSignIn = () => import('../account/sign-in.ts');
const loadDesk = () => import('../call/call-desk.ts');

export interface AppStoreOptions {
  readonly config: PageConfig;
  readonly preferences: Preferences;
  readonly updates: ShellUpdates;
  /** What the page's address brought back from an identity provider. */
  readonly sso: SsoAnswer;
}

/** Who is signed in, and what they can do right now. */
export class AppStore extends Store<AppState> {
  readonly config: PageConfig;
  readonly preferences: Preferences;
  readonly updates: ShellUpdates;
  readonly homeserver: HomeserverDesk;
  /** Other devices of the account that ask this one to confirm them. */
  readonly asking = new AskingDevices();
  readonly #vault = new SessionVault();
  readonly #lock: TabLock;
  /** Whose keys are kept while their session is over. */
  #before: KeptSession | undefined;
  #account: MatrixAccount | undefined;

  constructor({ config, preferences, updates, sso }: AppStoreOptions) {
    super({ kind: 'Starting' });
    this.config = config;
    this.preferences = preferences;
    this.updates = updates;
    this.homeserver = new HomeserverDesk(config.homeserverUrl);
    this.#lock = new TabLock({
      onAsked: (request) => this.#giveUp(request),
      onSignedOut: () => {
        if (this.value.kind === 'Elsewhere') location.reload();
      },
    });
    void this.#start(sso);
  }

  /** Loads what the form leads to, while the person types. LiveKit waits until they are let in. */
  loadAhead(): void {
    // What fails here is told when it is needed.
    Promise.all([loadAccount(), loadSignIn()]).catch(() => undefined);
  }

  signIn(credentials: Credentials): void {
    void this.#enter(async () => {
      const { logIn } = await loadSignIn();
      const session = await logIn(credentials, this.#before);
      await this.#vault.write(session);
      return session;
    });
  }

  /** Leaves the page for the identity provider. */
  signInElsewhere(providerId: string | undefined): void {
    const homeserverUrl = this.#before?.homeserverUrl ?? this.homeserver.value.homeserver.baseUrl;
    location.assign(beginSso({ homeserverUrl, providerId, pageUrl: location.href }, sessionStorage));
  }

  /** Takes the account from the tab that has it. */
  async takeOver({ endsCall }: { readonly endsCall: boolean }): Promise<void> {
    if (this.value.kind !== 'Elsewhere' || this.value.isAsking) return;
    this.set({ kind: 'Elsewhere', isAsking: true, problem: undefined });
    const outcome = await this.#lock.takeOver({ endsCall });
    if (outcome === 'held') await this.#restore();
    else this.set({ kind: 'Elsewhere', isAsking: false, problem: outcome });
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

  /** Saves what must be saved, logs this device out and takes everything of the account out of this browser. */
  async signOut(): Promise<void> {
    const before = this.value;
    if (before.kind !== 'SignedIn' && before.kind !== 'ConfirmingDevice') return;
    this.set({ kind: 'SigningOut', before, step: 'saving' });
    const isSaved = before.kind === 'ConfirmingDevice' || (await before.account.identity.saveKeys());
    if (this.value.kind !== 'SigningOut') return;
    if (isSaved) await this.#leave(before);
    else this.set({ kind: 'SigningOut', before, step: 'unsaved' });
  }

  /** Signs out though keys could not be saved. */
  async signOutUnsaved(): Promise<void> {
    const state = this.value;
    if (state.kind === 'SigningOut' && state.step === 'unsaved') await this.#leave(state.before);
  }

  /** Thinks better of signing out. */
  staySignedIn(): void {
    const state = this.value;
    if (state.kind === 'SigningOut' && state.step !== 'leaving') this.set(state.before);
  }

  /** Gives up the keys of a session that is over, for another account to sign in. */
  async forget(): Promise<void> {
    await wipeBrowser();
    location.reload();
  }

  async #start(sso: SsoAnswer): Promise<void> {
    // Another tab may be at work in what would be wiped.
    if (isWipeDue() && (await this.#lock.tryHold())) {
      const notice = takeNotice(sessionStorage);
      await wipeBrowser();
      if (notice !== undefined) leaveNotice(sessionStorage, notice);
      this.#lock.release();
    }
    const session = await this.#vault.read().catch(() => undefined);
    if (session !== undefined) {
      // Who comes back from signing in again has a session that is over.
      if (sso.kind !== 'token') return this.#restore();
      this.#before = session;
    }
    if (sso.kind === 'token') {
      this.homeserver.turnTo(sso.homeserverUrl);
      return this.signIn(sso);
    }
    this.#showForm({
      error: sso.kind === 'refused' ? 'not-asked-for' : undefined,
      notice: takeNotice(sessionStorage),
    });
  }

  #restore(): Promise<void> {
    return this.#enter(async () => {
      const session = await this.#vault.read();
      if (session === undefined) throw new SignInError('refused');
      return session;
    });
  }

  async #enter(begin: () => Promise<KeptSession>): Promise<void> {
    this.set({ kind: 'SigningIn' });
    if (!(await this.#lock.tryHold())) {
      this.set({ kind: 'Elsewhere', isAsking: false, problem: undefined });
      return;
    }
    let session: KeptSession | undefined;
    try {
      session = await begin();
      // What fails here is told when it is needed.
      loadDesk().catch(() => undefined);
      const { openAccount } = await loadAccount();
      const account = await openAccount(session, this.#vault);
      this.#account = account;
      this.#before = undefined;
      account.observeSessionOver((error) => void this.#onSessionOver(account, error));
      await this.#step(account, account.identity.ensure());
    } catch (error) {
      if (error instanceof SessionOverError && session !== undefined) {
        await this.#sessionOver(session, error);
        return;
      }
      this.#lock.release();
      this.#showForm({ error: error instanceof SignInError ? error.kind : 'unreachable' });
    }
  }

  #showForm(shown: Partial<Pick<SignedOutState, 'error' | 'notice'>>): void {
    const before = this.#before;
    this.set({
      kind: 'SignedOut',
      error: undefined,
      notice: undefined,
      ...shown,
      again: before === undefined ? undefined : { userId: before.userId, homeserverUrl: before.homeserverUrl },
    });
  }

  /** The homeserver has ended the session of an open account. A call in progress goes on; its end is the session's. */
  async #onSessionOver(account: MatrixAccount, error: SessionOverError): Promise<void> {
    if (this.#account !== account) return;
    const state = this.value;
    if (state.kind === 'SignedIn' && isInCall(state.desk)) {
      if (state.isSessionOver) return;
      this.set({ ...state, isSessionOver: true });
      await untilIdle(state.desk);
    }
    if (this.#account !== account) return;
    await this.#close();
    const session = await this.#vault.read().catch(() => undefined);
    if (session !== undefined) await this.#sessionOver(session, error);
  }

  /** Where the homeserver has kept the device, its keys stay for signing in again; else they are of no use to anybody. */
  async #sessionOver(session: KeptSession, { isSoft }: SessionOverError): Promise<void> {
    this.#lock.release();
    if (isSoft) {
      this.#before = session;
      this.homeserver.turnTo(session.homeserverUrl);
      this.#showForm({ notice: 'session-over' });
      return;
    }
    await wipeBrowser();
    leaveNotice(sessionStorage, 'session-over');
    location.reload();
  }

  /** Another tab wants the account. */
  async #giveUp({ endsCall }: { readonly endsCall: boolean }): Promise<'let-go' | 'in-call'> {
    const state = this.value;
    if (state.kind === 'SignedIn' && isInCall(state.desk) && !endsCall) return 'in-call';
    this.set({ kind: 'Elsewhere', isAsking: false, problem: undefined });
    await this.#close(state);
    return 'let-go';
  }

  /** Ends the call there is and stops the client. */
  async #close(state: AppState = this.value): Promise<void> {
    const account = this.#account;
    this.#account = undefined;
    this.asking.unfollow();
    const open = state.kind === 'SigningOut' ? state.before : state;
    try {
      if (open.kind === 'SignedIn') await open.desk.close();
    } finally {
      await account?.close();
    }
  }

  async #leave(before: ConfirmingDeviceState | SignedInState): Promise<void> {
    this.set({ kind: 'SigningOut', before, step: 'leaving' });
    let isHeard = false;
    this.asking.unfollow();
    try {
      if (before.kind === 'SignedIn') await before.desk.close();
      isHeard = await before.account.logOut();
    } finally {
      this.#account = undefined;
      await wipeBrowser().catch(() => undefined);
      if (!isHeard) leaveNotice(sessionStorage, 'device-listed');
      this.#lock.tellSignedOut();
      location.reload();
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
      // Closed meanwhile: whoever did that has said what is shown.
      if (this.#account !== account) return;
      this.set({ ...common, step: before?.step ?? { kind: 'failed' }, errorCode: codeOf(error) });
      return;
    }
    if (this.#account !== account) return;
    if (step.kind === 'ready') await this.#ready(account);
    else this.set({ ...common, step, errorCode: undefined });
  }

  async #ready(account: MatrixAccount): Promise<void> {
    const [{ CallDesk }, tracer] = await Promise.all([loadDesk(), openTracer(this.config)]);
    if (this.#account !== account) return;
    const desk = new CallDesk({
      config: this.config,
      account,
      tracer,
      keepsTranscript: () => this.preferences.transcripts.keepsTranscript,
      memory: this.preferences.memory,
    });
    this.asking.follow(account.identity);
    this.set({ kind: 'SignedIn', account, desk, isSessionOver: false });
  }
}

/** Where nobody asks for spans, nothing of it is loaded. */
async function openTracer({ otlpUrl }: PageConfig): Promise<Tracer | undefined> {
  if (otlpUrl === undefined) return undefined;
  return (await import('../call/page-tracer.ts')).openPageTracer(otlpUrl);
}
