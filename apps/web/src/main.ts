// oxlint-disable-next-line import/no-unassigned-import -- first: older browsers must have the symbols before any class names them
import '@oracle-calls/sdk/dispose-symbols';
import { SignInError } from './account/sign-in-error.ts';
import { findSession } from './account/kept-session.ts';
import type { Credentials, MatrixAccount } from './account/matrix-account.ts';
import type { CallPage } from './call/call-page.ts';
import { fetchPageConfig, type PageConfig } from './page-config.ts';
import type { Tracer } from '@oracle-calls/protocol/trace';
import type { OracleCallsPage } from './page-window.ts';
import { element } from './view/element.ts';
import { createSignInView, type SignInView } from './view/sign-in-view.ts';

/** The Matrix client and LiveKit are large: the form is there before them. */
const loadAccount = () => import('./account/matrix-account.ts');
const loadIdentitySteps = () => import('./account/identity-steps.ts');
const loadCallPage = () => import('./call/call-page.ts');

const outlet = document.querySelector('#page') ?? document.body;
let callPage: CallPage | undefined;
let signInState: OracleCallsPage['state'] = 'signed-out';

const nobody: Omit<OracleCallsPage, 'state'> = {
  callId: undefined,
  callStatus: undefined,
  clickedAt: undefined,
  timelineMs: {},
  errorCode: undefined,
  endReason: undefined,
  security: undefined,
  statistics: async () => ({ encrypted: false, tracks: [] }),
};
Object.defineProperty(globalThis, 'oracleCallsPage', {
  get: (): OracleCallsPage => callPage?.shown ?? { ...nobody, state: signInState },
});

async function start(): Promise<void> {
  const config = await fetchPageConfig();
  const session = findSession(localStorage, config.homeserverUrl);
  const signInView = createSignInView(config, (credentials) => void signIn(config, signInView, credentials));
  outlet.replaceChildren(signInView.root);
  if (session === undefined) {
    signInView.focus();
    await Promise.all([loadAccount(), loadCallPage()]);
    return;
  }
  await enter(config, signInView, async () => (await loadAccount()).restore(session));
}

function signIn(config: PageConfig, view: SignInView, credentials: Credentials): Promise<void> {
  return enter(config, view, async () => (await loadAccount()).signIn(credentials));
}

/** Where nobody asks for spans, nothing of it is loaded. */
async function openTracer({ otlpUrl }: PageConfig): Promise<Tracer | undefined> {
  if (otlpUrl === undefined) return undefined;
  return (await import('./call/page-tracer.ts')).openPageTracer(otlpUrl);
}

async function enter(config: PageConfig, view: SignInView, open: () => Promise<MatrixAccount>): Promise<void> {
  signInState = 'signing-in';
  view.setBusy(true);
  try {
    const [account, { confirmDevice }, { CallPage: Page }, tracer] = await Promise.all([
      open(),
      loadIdentitySteps(),
      loadCallPage(),
      openTracer(config),
    ]);
    const signedOut = (): void => location.reload();
    await confirmDevice({
      config,
      account,
      show({ root }, step) {
        signInState = step;
        outlet.replaceChildren(root);
      },
      signedOut,
    });
    callPage = new Page({ config, account, tracer, signedOut });
    outlet.replaceChildren(callPage.view.root);
  } catch (error) {
    signInState = 'signed-out';
    view.setBusy(false);
    view.showError(error instanceof SignInError ? error : new SignInError('unreachable', error));
  }
}

start().catch(() => {
  const text = 'This page could not be loaded. Check your connection and reload it.';
  outlet.replaceChildren(element('section', { class: 'card' }, element('p', { class: 'error', role: 'alert' }, text)));
});
