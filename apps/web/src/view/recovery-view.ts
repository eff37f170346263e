import type { ErrorCode } from '@oracle-calls/protocol';
import { element, icon } from './element.ts';
import { identitySentence } from './sentences.ts';

export interface RecoveryView {
  readonly root: HTMLElement;
  setBusy(isBusy: boolean): void;
  showError(code: ErrorCode): void;
  focus(): void;
}

/** Shows a new recovery key, once. `onKept` is called when the person says that they have it. */
export function createKeepKeyView(recoveryKey: string, onKept: () => void): RecoveryView {
  const kept = element('button', { type: 'button', class: 'primary' }, 'I have kept it');
  const copy = element('button', { type: 'button', class: 'secondary' }, 'Copy');
  const error = errorLine();
  kept.onclick = onKept;
  copy.onclick = () => {
    void navigator.clipboard.writeText(recoveryKey).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Select it and copy it by hand'),
    );
  };
  const key = element('output', { class: 'recovery-key', 'aria-label': 'Your recovery key' }, recoveryKey);
  const root = card(
    'Keep your recovery key',
    'It proves your other devices to the oracle when you sign in on them. It is shown only now and nobody can give it to you again.',
    element('div', { class: 'stack' }, key, error, copy, kept),
  );
  return {
    root,
    setBusy: (isBusy) => void (kept.disabled = isBusy),
    showError: (code) => tell(error, code),
    focus: () => kept.focus(),
  };
}

export interface EnterKeyOptions {
  /** Whether a recovery key helps at all. */
  readonly canRecover: boolean;
  /** Fills the forms, on a development stack only. */
  readonly filled: { readonly recoveryKey?: string | undefined; readonly password?: string | undefined };
  onRecoveryKey(recoveryKey: string): void;
  onReset(password: string): void;
  onSignOut(): void;
}

/** Asks for the recovery key, and behind a warning for the password to reset the identity. */
export function createEnterKeyView(options: EnterKeyOptions): RecoveryView {
  const { canRecover, filled } = options;
  const recoveryKey = field('recovery-key', 'Recovery key', 'text', filled.recoveryKey);
  const confirm = element('button', { type: 'submit', class: 'primary' }, 'Continue');
  const error = errorLine();
  const keyForm = element('form', { class: 'stack', hidden: !canRecover }, recoveryKey.root, confirm);
  keyForm.onsubmit = (event) => {
    event.preventDefault();
    error.hidden = true;
    options.onRecoveryKey(recoveryKey.input.value.trim());
  };

  const password = field('reset-password', 'Password', 'password', filled.password);
  const reset = element('button', { type: 'submit', class: 'danger' }, 'Reset my identity');
  const resetForm = element(
    'form',
    { class: 'stack' },
    element(
      'p',
      { class: 'quiet' },
      'A reset makes a new identity. Your other devices must be confirmed again, and everybody you write with is warned that you have changed. An oracle may refuse your calls until it has been told.',
    ),
    password.root,
    reset,
  );
  resetForm.onsubmit = (event) => {
    event.preventDefault();
    error.hidden = true;
    options.onReset(password.input.value);
  };
  const lost = element(
    'details',
    canRecover ? {} : { open: true },
    element('summary', {}, 'I have lost my recovery key'),
    resetForm,
  );
  const signOut = element('button', { type: 'button', class: 'link' }, 'Sign out');
  signOut.onclick = () => options.onSignOut();

  const lead = canRecover
    ? 'Your account is known to oracles by an identity. Enter your recovery key, so that this device belongs to it.'
    : 'Your account has an identity whose keys are not kept anywhere. Confirm this device from another one, or reset it.';
  const root = card('Confirm this device', lead, keyForm, error, lost, signOut);
  return {
    root,
    setBusy(isBusy) {
      for (const control of [recoveryKey.input, confirm, password.input, reset, signOut]) control.disabled = isBusy;
      confirm.textContent = isBusy ? 'Confirming…' : 'Continue';
    },
    showError: (code) => tell(error, code),
    focus: () => (canRecover ? recoveryKey.input : password.input).focus(),
  };
}

/** For a set-up that failed without asking anything. */
export function createRetryView(code: ErrorCode, onRetry: () => void, onSignOut: () => void): RecoveryView {
  const retry = element('button', { type: 'button', class: 'primary' }, 'Try again');
  const signOut = element('button', { type: 'button', class: 'link' }, 'Sign out');
  const error = errorLine();
  retry.onclick = onRetry;
  signOut.onclick = onSignOut;
  tell(error, code);
  const root = card('This device is not ready', 'It could not be made part of your account.', error, retry, signOut);
  return {
    root,
    setBusy: (isBusy) => void (retry.disabled = isBusy),
    showError: (shown) => tell(error, shown),
    focus: () => retry.focus(),
  };
}

function card(title: string, lead: string, ...children: readonly Node[]): HTMLElement {
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'recovery-title' },
    element('h1', { id: 'recovery-title' }, title),
    element('p', { class: 'lead' }, lead),
    ...children,
  );
}

function field(id: string, label: string, type: 'text' | 'password', value: string | undefined) {
  const input = element('input', { id, type, autocomplete: 'off', spellcheck: 'false', required: true, value });
  return { input, root: element('div', { class: 'field' }, element('label', { for: id }, label), input) };
}

const errorLine = (): HTMLParagraphElement => element('p', { class: 'error', role: 'alert', hidden: true });

function tell(error: HTMLElement, code: ErrorCode): void {
  error.replaceChildren(icon('warning'), identitySentence(code));
  error.hidden = false;
}
