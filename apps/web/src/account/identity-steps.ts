import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { PageConfig } from '../page-config.ts';
import { createEnterKeyView, createKeepKeyView, createRetryView, type RecoveryView } from '../view/recovery-view.ts';
import type { IdentityStep } from './account-identity.ts';
import type { MatrixAccount } from './matrix-account.ts';

export interface IdentityStepsOptions {
  readonly config: PageConfig;
  readonly account: MatrixAccount;
  readonly show: (view: RecoveryView, step: 'recovery-key-shown' | 'recovery-key-wanted' | 'error') => void;
  readonly signedOut: () => void;
}

/** Leads a person through cross-signing after sign-in. Resolves once this device can call; most people see nothing of it. */
export async function confirmDevice(options: IdentityStepsOptions): Promise<void> {
  const { account } = options;
  let next: IdentityStep | OracleCallError = await attempt(() => account.identity.ensure());
  for (;;) {
    if (!('kind' in next)) next = await retryAfter(next, options);
    else if (next.kind === 'ready') return;
    else if (next.kind === 'keep-recovery-key') return keep(next.recoveryKey, options);
    else next = await enter(next, options);
  }
}

const attempt = (work: () => Promise<IdentityStep>): Promise<IdentityStep | OracleCallError> =>
  work().catch((error: unknown) =>
    isOracleCallError(error) ? error : new OracleCallError('ERR_INTERNAL', undefined, { cause: error }),
  );

function retryAfter(
  { code }: OracleCallError,
  { account, show, signedOut }: IdentityStepsOptions,
): Promise<IdentityStep | OracleCallError> {
  return new Promise((resolve) => {
    const onRetry = (): void => {
      view.setBusy(true);
      void attempt(() => account.identity.ensure()).then(resolve);
    };
    const view = createRetryView(code, onRetry, () => void account.signOut().finally(signedOut));
    show(view, 'error');
  });
}

/** Until a key or a reset has worked; mistakes are told in the form. */
function enter(
  { canRecover }: Extract<IdentityStep, { kind: 'enter-recovery-key' }>,
  { config, account, show, signedOut }: IdentityStepsOptions,
): Promise<IdentityStep> {
  const { testUser } = config;
  const filled = testUser?.userId === account.userId ? testUser : {};
  return new Promise((resolve) => {
    const run = (work: () => Promise<IdentityStep>): void => {
      view.setBusy(true);
      void attempt(work).then((outcome) => {
        if ('kind' in outcome) return resolve(outcome);
        view.setBusy(false);
        view.showError(outcome.code);
      });
    };
    const view = createEnterKeyView({
      canRecover,
      filled,
      onRecoveryKey: (recoveryKey) => run(() => account.identity.ensure(recoveryKey)),
      onReset: (password) => run(() => account.identity.reset(password)),
      onSignOut: () => void account.signOut().finally(signedOut),
    });
    show(view, 'recovery-key-wanted');
    view.focus();
  });
}

function keep(recoveryKey: string, { account, show }: IdentityStepsOptions): Promise<void> {
  return new Promise((resolve) => {
    const view = createKeepKeyView(recoveryKey, () => {
      account.identity.kept();
      resolve();
    });
    show(view, 'recovery-key-shown');
    view.focus();
  });
}
