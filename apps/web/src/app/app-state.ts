import type { ErrorCode } from '@oracle-calls/protocol';
import type { IdentityStep } from '../account/account-identity.ts';
import type { MatrixAccount } from '../account/matrix-account.ts';
import type { SignInErrorKind } from '../account/sign-in-error.ts';
import type { CallDesk } from '../call/call-desk.ts';

/*
 *              ┌──────────────────────── session over ◄───────────────────┐
 *              ▼                                                          │
 *   Starting ─► SignedOut ──signIn──► SigningIn ──opened──► ConfirmingDevice ──ready──► SignedIn
 *      │           ▲                    ▲  │                                              │  ▲
 *      │           └──────refused───────┼──┘                                        signOut  stay
 *      ├── a session is kept ───────────┤                                                 ▼  │
 *      └── another tab has it ► Elsewhere ◄── another tab takes over ── from all     SigningOut ──► (the page loads anew)
 *
 * Signing out ends the page's life, so that nothing of one account can be left in the next.
 */

/** Before it is known whether somebody is signed in. */
export interface StartingState {
  readonly kind: 'Starting';
}

/** What happened before somebody came to be signed out. */
export type SignedOutNotice =
  /** The homeserver does not know the session any more. */
  | 'session-over'
  /** Signed out here, while the homeserver could not be told: it still lists the device. */
  | 'device-listed';

export interface SignedOutState {
  readonly kind: 'SignedOut';
  readonly error: SignInErrorKind | undefined;
  readonly notice: SignedOutNotice | undefined;
  /** Whose keys are still here: signing in again as them goes on where it was. */
  readonly again: { readonly userId: string; readonly homeserverUrl: string } | undefined;
}

export interface SigningInState {
  readonly kind: 'SigningIn';
}

/** The account is open in another tab of this browser. */
export interface ElsewhereState {
  readonly kind: 'Elsewhere';
  readonly isAsking: boolean;
  /** Why the other tab did not let go. */
  readonly problem: 'in-call' | 'no-answer' | undefined;
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
  /** The homeserver has ended the session in the middle of a call, which goes on as far as it can. */
  readonly isSessionOver: boolean;
}

export interface SigningOutState {
  readonly kind: 'SigningOut';
  /** Where staying leads back to. */
  readonly before: ConfirmingDeviceState | SignedInState;
  /** `saving`: keys are on their way to the backup. `unsaved`: they did not get there, and the person decides. */
  readonly step: 'saving' | 'unsaved' | 'leaving';
}

export type AppState =
  | StartingState
  | SignedOutState
  | SigningInState
  | ElsewhereState
  | ConfirmingDeviceState
  | SignedInState
  | SigningOutState;
