import type { CallNotice } from '@oracle-calls/sdk';

/** Notices that a person should see, and after which the call goes on. */
export type WarningNotice = Extract<
  CallNotice,
  { readonly kind: 'error' | 'stranger' | 'undecryptable' | 'keysRotated' | 'hearingChanged' | 'device' | 'echo' }
>;

export interface CallWarning {
  /** Names the warning among those of its call. */
  readonly id: number;
  /** When it was told: epoch milliseconds by this machine's clock. */
  readonly at: number;
  readonly notice: WarningNotice;
}

/** Enough to show; a call that goes wrong again and again does not fill the page. */
export const WARNINGS_MAX = 20;

export function isWarning(notice: CallNotice): notice is WarningNotice {
  switch (notice.kind) {
    case 'error':
    case 'stranger':
    case 'undecryptable':
    case 'keysRotated':
    case 'hearingChanged':
    case 'device':
    case 'echo':
      return true;
    default:
      return false;
  }
}

export const withWarning = (warnings: readonly CallWarning[], warning: CallWarning): readonly CallWarning[] =>
  [...warnings, warning].slice(-WARNINGS_MAX);

/** Without one, and the same list when it was not there. */
export function withoutWarnings(
  warnings: readonly CallWarning[],
  isGone: (warning: CallWarning) => boolean,
): readonly CallWarning[] {
  return warnings.some(isGone) ? warnings.filter((warning) => !isGone(warning)) : warnings;
}
