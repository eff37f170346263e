import { isOracleCallError } from '@oracle-calls/protocol';
import type { KeyFingerprints } from './key-rules.ts';

/**
 * What an oracle showed when its keys, or its account beside them, were refused as `ERR_KEY_CHANGED` or `ERR_KEY_ROTATION`: what a person is asked
 * about, and what `acceptChangedKeys` then takes as `expected`. `undefined` for every other error, and for one that does not say what was shown.
 */
export function shownKeysOf(error: unknown): KeyFingerprints | undefined {
  if (!isOracleCallError(error) || (error.code !== 'ERR_KEY_CHANGED' && error.code !== 'ERR_KEY_ROTATION'))
    return undefined;
  const textAt = (name: string): string | undefined => {
    const value = error.details[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const identityKey = textAt('shownIdentityKey');
  if (identityKey === undefined) return undefined;
  return { identityKey, envelopeKey: textAt('shownEnvelopeKey'), matrixUserId: textAt('shownMatrixUserId') };
}
