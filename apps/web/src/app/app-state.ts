import type { ErrorCode } from '@oracle-calls/protocol';
import type { IdentityStep } from '../account/account-identity.ts';
import type { MatrixAccount } from '../account/matrix-account.ts';
import type { SignInErrorKind } from '../account/sign-in-error.ts';
import type { CallDesk } from '../call/call-desk.ts';

/*
 *   SignedOut ──signIn──► SigningIn ──opened──► ConfirmingDevice ──ready──► SignedIn
 *       ▲                    │                        │                        │
 *       └──────refused───────┘                        └────────signOut─────────┴──► (the page loads anew)
 *
 * A kept session starts in SigningIn. Signing out ends the page's life, so that nothing of one account can be left in the next.
 */

export interface SignedOutState {
  readonly kind: 'SignedOut';
  readonly error: SignInErrorKind | undefined;
}

export interface SigningInState {
  readonly kind: 'SigningIn';
}

/** What a person has to do before this device can call. */
export type OpenStep = Exclude<IdentityStep, { readonly kind: 'ready' }> | { readonly kind: 'failed' };

export interface ConfirmingDeviceState {
  readonly kind: 'ConfirmingDevice';
  readonly account: MatrixAccount;
  readonly step: OpenStep;
  readonly isBusy: boolean;
  /** What went wrong at the last try. */
  readonly errorCode: ErrorCode | undefined;
}

export interface SignedInState {
  readonly kind: 'SignedIn';
  readonly account: MatrixAccount;
  readonly desk: CallDesk;
}

export type AppState = SignedOutState | SigningInState | ConfirmingDeviceState | SignedInState;
