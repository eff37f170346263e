import type { SignInError } from '../account/sign-in-error.ts';
import type { Credentials } from '../account/matrix-account.ts';
import type { PageConfig } from '../page-config.ts';
import { element, icon } from './element.ts';
import { SIGN_IN_SENTENCES } from './sentences.ts';

export interface SignInView {
  readonly root: HTMLElement;
  setBusy(isBusy: boolean): void;
  showError(error: SignInError): void;
  focus(): void;
}

/** The sign-in form. `onSubmit` gets what was typed; the page says how it went. */
export function createSignInView(config: PageConfig, onSubmit: (credentials: Credentials) => void): SignInView {
  const { homeserverUrl, testUser } = config;
  const userId = element('input', {
    id: 'user-id',
    name: 'username',
    type: 'text',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    placeholder: '@you:example.org',
    required: true,
    value: testUser?.userId,
  });
  const password = element('input', {
    id: 'password',
    name: 'password',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    value: testUser?.password,
  });
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Sign in');
  const error = element('p', { class: 'error', role: 'alert', hidden: true });
  const form = element(
    'form',
    { class: 'stack' },
    element('div', { class: 'field' }, element('label', { for: 'user-id' }, 'Matrix ID'), userId),
    element('div', { class: 'field' }, element('label', { for: 'password' }, 'Password'), password),
    error,
    submit,
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    error.hidden = true;
    onSubmit({ homeserverUrl, userId: userId.value.trim(), password: password.value });
  };

  const root = element(
    'section',
    { class: 'card', 'aria-labelledby': 'sign-in-title' },
    element('h1', { id: 'sign-in-title' }, 'Call an oracle'),
    element(
      'p',
      { class: 'lead' },
      'Sign in with your Matrix account. Your voice is encrypted in this browser, for the oracle alone.',
    ),
    form,
    element('p', { class: 'quiet' }, `Your homeserver: ${new URL(homeserverUrl).host}`),
  );

  return {
    root,
    setBusy(isBusy) {
      for (const control of [userId, password, submit]) control.disabled = isBusy;
      submit.textContent = isBusy ? 'Signing in…' : 'Sign in';
    },
    showError({ kind }) {
      error.replaceChildren(icon('warning'), SIGN_IN_SENTENCES[kind]);
      error.hidden = false;
      password.focus();
    },
    focus: () => (userId.value === '' ? userId : password).focus(),
  };
}
