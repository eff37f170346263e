import type { OracleCallError } from '@oracle-calls/protocol';
import { shownKeysOf, type KeyFingerprints } from '@oracle-calls/sdk';

/** A key, as its fingerprint in hex, or the oracle's Matrix account. Empty where it is not known. */
export interface Difference {
  readonly what: 'key' | 'account';
  readonly pinned: string;
  readonly shown: string;
}

/** Keys of an oracle, or its account, that changed without its word. */
export interface ShownKeyChange {
  readonly differences: readonly Difference[];
  /** A person had compared the keys of before. */
  readonly wasVerified: boolean;
  /** What accepting is bound to. */
  readonly expected: KeyFingerprints;
}

/**
 * What a refusal of changed keys, or of another account beside them, lets a person decide about; `undefined` for every other error, and for one
 * that does not say which keys are shown: accepting is always bound to what a person saw.
 */
export function keyChangeOf(error: OracleCallError): ShownKeyChange | undefined {
  const expected = shownKeysOf(error);
  if (expected === undefined) return undefined;
  const { details } = error;
  const textAt = (name: string): string => {
    const value = details[name];
    return typeof value === 'string' ? value : '';
  };
  const differences = (what: Difference['what'], name: string): Difference[] => {
    const [pinned, shown] = [textAt(`pinned${name}`), textAt(`shown${name}`)];
    return pinned === shown ? [] : [{ what, pinned, shown }];
  };
  // The oracle may sign as before and receive under another key: a person is shown the two that differ.
  const [key] = [...differences('key', 'IdentityKey'), ...differences('key', 'EnvelopeKey')];
  return {
    differences: [...(key === undefined ? [] : [key]), ...differences('account', 'MatrixUserId')],
    wasVerified: details['wasVerified'] === true,
    expected,
  };
}
