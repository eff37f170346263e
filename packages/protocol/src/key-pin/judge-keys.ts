import { OracleCallError } from '../errors/oracle-call-error.ts';
import { createKeyPin, holdSameKeys, type KeyPin, type PresentedKeys } from './key-pin.ts';
import { isSignedByPinnedKey, parseKeyRotation } from './key-rotation.ts';

export interface JudgeKeysOptions {
  /** What was pinned before; `undefined` when this DID was never seen. */
  readonly pin: KeyPin | undefined;
  /** What the DID document shows now. */
  readonly presented: PresentedKeys;
  /** Signed rotations in hex that the document publishes, in any order. */
  readonly rotations?: readonly string[] | undefined;
}

/**
 * - `first-contact`: trust on first use; not to be called verified.
 * - `same`: nothing changed.
 * - `rotated`: the keys changed as their owner said; always to be shown to people.
 */
export type KeyJudgement =
  | { readonly kind: 'first-contact'; readonly pin: KeyPin }
  | { readonly kind: 'same'; readonly pin: KeyPin }
  | { readonly kind: 'rotated'; readonly pin: KeyPin; readonly previous: KeyPin };

type Rotation = ReturnType<typeof parseKeyRotation>;

function pinAfter({ next, sequence }: Rotation): KeyPin {
  return createKeyPin(next, sequence);
}

/** At first contact: an older statement must not be able to bring back the keys of before, so its number counts as used. */
function firstPin(presented: PresentedKeys, rotations: readonly Rotation[]): KeyPin {
  const pin = createKeyPin(presented, 0);
  const led = rotations.filter((rotation) => holdSameKeys(pinAfter(rotation), pin));
  return { ...pin, sequence: Math.max(0, ...led.map(({ sequence }) => sequence)) };
}

/** Follows newer statements, each signed by the keys that the one before it made valid. */
function follow(pin: KeyPin, rotations: readonly Rotation[]): KeyPin {
  const newer = rotations
    .filter(({ sequence }) => sequence > pin.sequence)
    .toSorted((left, right) => left.sequence - right.sequence);
  return newer.reduce((current, rotation) => {
    // Two statements of one number: somebody signed twice.
    if (rotation.sequence <= current.sequence || !isSignedByPinnedKey(rotation, current)) {
      throw new OracleCallError('ERR_KEY_ROTATION');
    }
    return pinAfter(rotation);
  }, pin);
}

/**
 * Decides about keys that are presented for a DID: they are new, the same, or rotated by statements of rising sequence that
 * the pinned key signed and that lead to exactly what the document shows. Anything else is for a person to decide. Store the
 * pin of the result.
 *
 * @throws {OracleCallError} `ERR_KEY_CHANGED` when keys changed without a word, `ERR_KEY_ROTATION` when a statement is not valid or
 *   leads to other keys
 * @throws {TypeError} when the pin is of another DID
 */
export function judgeKeys({ pin, presented, rotations = [] }: JudgeKeysOptions): KeyJudgement {
  if (pin !== undefined && pin.did !== presented.did) throw new TypeError('The pin is of another DID.');
  const statements = rotations.map(parseKeyRotation);
  if (pin === undefined) return { kind: 'first-contact', pin: firstPin(presented, statements) };
  const reached = follow(pin, statements);
  const shown = createKeyPin(presented, reached.sequence);
  if (!holdSameKeys(reached, shown)) {
    throw new OracleCallError(reached.sequence === pin.sequence ? 'ERR_KEY_CHANGED' : 'ERR_KEY_ROTATION');
  }
  return holdSameKeys(pin, shown) ? { kind: 'same', pin: shown } : { kind: 'rotated', pin: shown, previous: pin };
}
