export type SignInErrorKind = 'refused' | 'too-often' | 'unreachable';

/** Why nobody is signed in. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly kind: SignInErrorKind;

  constructor(kind: SignInErrorKind, cause?: unknown) {
    super(`Sign-in failed: ${kind}.`, { cause });
    this.kind = kind;
  }
}
