/** What can go wrong while the development stack starts. The codes are stable, the texts are for people. */
export type DevErrorCode =
  | 'ERR_DEV_TOOL_MISSING'
  | 'ERR_DEV_INSTALL'
  | 'ERR_DEV_NOT_READY'
  | 'ERR_DEV_EXITED'
  | 'ERR_DEV_LOCKED'
  | 'ERR_DEV_STATE'
  | 'ERR_DEV_ANSWER';

/** The one error of `dev/`: these never cross the protocol, so they are not in its error table. */
export class DevError extends Error {
  override readonly name = 'DevError';
  readonly code: DevErrorCode;

  constructor(code: DevErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
  }

  /** The message without the output quoted below it. */
  get summary(): string {
    return this.message.split('\n', 1)[0] ?? '';
  }
}
