import type { OracleCallError } from '@oracle-calls/protocol';
import type { ShownKeyChange } from '../view/key-change-view.ts';

/**
 * What a refusal of changed keys lets a person decide about; `undefined` for every other error, and for one that does not say which keys are
 * shown: accepting is always bound to keys that a person saw.
 */
export function keyChangeOf({ code, details }: OracleCallError): ShownKeyChange | undefined {
  if (code !== 'ERR_KEY_CHANGED' && code !== 'ERR_KEY_ROTATION') return undefined;
  const textAt = (name: string): string => {
    const value = details[name];
    return typeof value === 'string' ? value : '';
  };
  const identityKey = textAt('shownIdentityKey');
  const envelopeKey = textAt('shownEnvelopeKey');
  if (identityKey === '') return undefined;
  // The oracle may sign as before and receive under another key: a person is shown the two that differ.
  const isSameIdentity = identityKey === textAt('pinnedIdentityKey');
  return {
    pinned: textAt(isSameIdentity ? 'pinnedEnvelopeKey' : 'pinnedIdentityKey'),
    shown: isSameIdentity ? envelopeKey : identityKey,
    wasVerified: details['wasVerified'] === true,
    expected: { identityKey, envelopeKey: envelopeKey === '' ? undefined : envelopeKey },
  };
}
