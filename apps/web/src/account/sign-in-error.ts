export type SignInErrorKind =
  | 'refused'
  | 'too-often'
  | 'unreachable'
  /** What was typed names no homeserver. */
  | 'no-homeserver'
  /** An answer to a sign-in that this browser did not begin. */
  | 'not-asked-for'
  /** The homeserver's other sign-in did not end well, or took too long. */
  | 'sso-failed'
  /** Somebody signed in again as another than the one whose keys are here. */
  | 'other-account';

/** Why nobody is signed in. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly kind: SignInErrorKind;

  constructor(kind: SignInErrorKind, cause?: unknown) {
    super(`Sign-in failed: ${kind}.`, { cause });
    this.kind = kind;
  }
}
