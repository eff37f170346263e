/**
 * One idea: know who answers. The padlock says what was proved without you; comparing the code over another channel proves the rest, and a key that
 * changed without the oracle's word is for a person to decide about.
 */
import { shownKeysOf, type OracleCall, type OracleCalls } from '@oracle-calls/sdk';

export interface SecurityView {
  readonly padlock: HTMLElement;
  readonly code: HTMLElement;
  readonly same: HTMLButtonElement;
  readonly different: HTMLButtonElement;
  /** Asks a person about keys that changed; resolves with what they say. */
  askAboutChangedKeys(identityKeyShownNow: string): Promise<boolean>;
}

const WORDS = {
  none: 'Nothing is sent until the oracle has proved itself.',
  encrypted: 'Encrypted end to end. Compare the code to know by whom.',
  verified: 'Encrypted end to end, with the oracle you compared the code with.',
} as const;

/** Shows the security of one call as it becomes known. Dispose it to stop. */
export function showSecurity(calls: OracleCalls, call: OracleCall, view: SecurityView): Disposable {
  const show = (): void => {
    const { padlock, comparisonCode } = call.security;
    view.padlock.textContent = WORDS[padlock];
    view.code.textContent = comparisonCode?.formatted ?? '';
    view.same.disabled = view.different.disabled = comparisonCode === undefined;
  };
  view.same.onclick = (): void => void call.confirmComparisonCode(true);
  // Somebody may stand between you and the oracle: the call ends.
  view.different.onclick = (): void => void call.confirmComparisonCode(false);
  show();
  return call.observe((notice) => {
    if (notice.kind === 'security') show();
    if (notice.kind === 'error') {
      const expected = shownKeysOf(notice.error);
      if (expected === undefined) return;
      void view.askAboutChangedKeys(expected.identityKey).then(async (isAccepted) => {
        // Bound to what the person saw: keys that changed again are refused.
        if (isAccepted) await calls.acceptChangedKeys({ oracleDid: call.oracleDid, expected });
      });
    }
  });
}
