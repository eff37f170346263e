import { isOracleCallError, OracleCallError, parseWith } from '@oracle-calls/protocol';
import type { StrictOracle } from '@oracle-calls/protocol/did';
import {
  createKeyPin,
  holdSameKeys,
  judgeKeys,
  parseKeyPin,
  parseKeyRotation,
  type KeyPin,
  type PresentedKeys,
} from '@oracle-calls/protocol/key-pin';
import { bindKey } from '@oracle-calls/protocol/signed-envelope';
import * as v from 'valibot';

/** How an oracle's keys stand to what was seen before. */
export type KeyState = 'first-contact' | 'same' | 'rotated';

/** What a person compares or a support desk reads: SHA-256 of the raw keys in hex, as envelopes bind them, and the account beside them. */
export interface KeyFingerprints {
  readonly identityKey: string;
  readonly envelopeKey: string | undefined;
  /** The oracle's Matrix account. Absent where it is not known which was pinned. */
  readonly matrixUserId: string | undefined;
}

/** What is kept of one oracle. */
export interface KeptKeys {
  readonly pin: KeyPin;
  /** Where calls to it are sent. Absent in what was kept before accounts were pinned: the next one shown is learnt. */
  readonly matrixUserId: string | undefined;
  /** A person has compared the code of a call under exactly these keys. */
  readonly isVerified: boolean;
}

export interface KeyVerdict {
  readonly keyState: KeyState;
  readonly kept: KeptKeys;
  readonly current: KeyFingerprints;
  /** Of the keys before a rotation. */
  readonly previous: KeyFingerprints | undefined;
}

/** What an oracle shows, as the rules take it. */
export type ShownKeys = Pick<StrictOracle, 'did' | 'keys' | 'keyRotations' | 'matrixUserId'>;

const keptSchema = v.object({ pin: v.unknown(), matrixUserId: v.optional(v.string()), isVerified: v.boolean() });

/** Reads what a storage gives. Keys that cannot be read are not the same as keys that were never seen. */
function readKept(value: unknown): KeptKeys | undefined {
  if (value === undefined) return undefined;
  try {
    const { pin, matrixUserId, isVerified } = parseWith(keptSchema, value);
    return { pin: parseKeyPin(pin), matrixUserId, isVerified };
  } catch (cause) {
    throw new OracleCallError('ERR_KEY_CHANGED', "What was kept of this oracle's keys cannot be read.", { cause });
  }
}

/** The account under which an oracle was called before. @throws {OracleCallError} `ERR_KEY_CHANGED` when what was kept cannot be read */
export function keptAccountOf(value: unknown): string | undefined {
  return readKept(value)?.matrixUserId;
}

const presentedBy = ({ did, keys }: Pick<StrictOracle, 'did' | 'keys'>): PresentedKeys => ({
  did,
  signingKey: keys.identityKey,
  envelopeKey: keys.envelopeKey,
});

interface PinnedKey {
  readonly methodId: string;
  readonly publicKeyHex: string;
}

const fingerprintOf = ({ methodId, publicKeyHex }: PinnedKey): string => {
  const publicKey = Uint8Array.from(publicKeyHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const { keyHash } = bindKey({ methodId, publicKey });
  return Array.from(keyHash, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

function fingerprintsOf({ pin, matrixUserId }: Pick<KeptKeys, 'pin' | 'matrixUserId'>): KeyFingerprints {
  const { signingKey, envelopeKey } = pin;
  return {
    identityKey: fingerprintOf(signingKey),
    envelopeKey: envelopeKey === undefined ? undefined : fingerprintOf(envelopeKey),
    matrixUserId,
  };
}

/** Adds to a refusal what a person needs for deciding about it. What was kept is empty when it cannot be read. */
function explain(error: unknown, kept: KeptKeys | undefined, current: KeyFingerprints): unknown {
  if (!isOracleCallError(error)) return error;
  const { code, message } = error;
  const pinned = kept === undefined ? undefined : fingerprintsOf(kept);
  const details = {
    wasVerified: kept?.isVerified === true,
    pinnedIdentityKey: pinned?.identityKey ?? '',
    pinnedEnvelopeKey: pinned?.envelopeKey ?? '',
    pinnedMatrixUserId: pinned?.matrixUserId ?? '',
    shownIdentityKey: current.identityKey,
    shownEnvelopeKey: current.envelopeKey ?? '',
    shownMatrixUserId: current.matrixUserId ?? '',
  };
  return new OracleCallError(code, message, { cause: error, details });
}

/** A rotation is a word about keys alone: whoever can change the document could otherwise have calls sent to an account of theirs. */
function checkAccount(kept: KeptKeys | undefined, matrixUserId: string): void {
  if (kept?.matrixUserId === undefined || kept.matrixUserId === matrixUserId) return;
  throw new OracleCallError('ERR_KEY_CHANGED', 'The oracle shows another Matrix account than before.');
}

/**
 * Decides about the keys that an oracle shows, and the Matrix account beside them.
 *
 * @throws {OracleCallError} `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`, with both keys' fingerprints and both accounts in `details`
 */
export function judgeOracle(value: unknown, { did, keys, keyRotations, matrixUserId }: ShownKeys): KeyVerdict {
  const presented = presentedBy({ did, keys });
  let kept: KeptKeys | undefined;
  try {
    kept = readKept(value);
    const judgement = judgeKeys({ pin: kept?.pin, presented, rotations: keyRotations });
    checkAccount(kept, matrixUserId);
    // A person compared the keys of before, not these.
    const isVerified = judgement.kind === 'same' && kept?.isVerified === true;
    return {
      keyState: judgement.kind,
      kept: { pin: judgement.pin, matrixUserId, isVerified },
      current: fingerprintsOf({ pin: judgement.pin, matrixUserId }),
      previous:
        judgement.kind === 'rotated'
          ? fingerprintsOf({ pin: judgement.previous, matrixUserId: kept?.matrixUserId })
          : undefined,
    };
  } catch (error) {
    // Of an oracle that was never seen there is no change to decide about.
    throw value === undefined
      ? error
      : explain(error, kept, fingerprintsOf({ pin: createKeyPin(presented, 0), matrixUserId }));
  }
}

export interface AcceptedKeys {
  readonly kept: KeptKeys;
  readonly current: KeyFingerprints;
  /** Absent when nothing readable was kept. */
  readonly previous: KeyFingerprints | undefined;
}

/**
 * Pins what is shown now, because a person said so. Every rotation that is published counts as used: none of them can bring other
 * keys back.
 *
 * @throws {OracleCallError} `ERR_KEY_ROTATION` for a statement that cannot be read, `ERR_KEY_CHANGED` when `expected` are other keys
 */
export function acceptOracle(value: unknown, shown: ShownKeys, expected?: KeyFingerprints): AcceptedKeys {
  const before = tryReadKept(value);
  const sequences = shown.keyRotations.map((statement) => parseKeyRotation(statement).sequence);
  const sequence = Math.max(0, before?.pin.sequence ?? 0, ...sequences);
  const pin = createKeyPin(presentedBy(shown), sequence);
  const { matrixUserId } = shown;
  const current = fingerprintsOf({ pin, matrixUserId });
  if (expected !== undefined && !areSame(expected, current)) {
    // With what is shown now: a person decides anew, and about these.
    throw explain(
      new OracleCallError('ERR_KEY_CHANGED', 'The keys have changed again since they were shown.'),
      before,
      current,
    );
  }
  const isVerified = before?.isVerified === true && holdSameKeys(before.pin, pin);
  const previous = before === undefined ? undefined : fingerprintsOf(before);
  return { kept: { pin, matrixUserId, isVerified }, current, previous };
}

/**
 * Notes that a person compared the code of a call, or that it did not match.
 *
 * @param of the keys of the call that was compared; when absent, whatever is pinned
 * @throws {OracleCallError} `ERR_KEY_CHANGED` when other keys are pinned by now, or none
 */
export function markCompared(value: unknown, isVerified: boolean, of?: KeyPin): KeptKeys {
  const kept = readKept(value);
  if (kept === undefined || (of !== undefined && !holdSameKeys(kept.pin, of))) {
    throw new OracleCallError('ERR_KEY_CHANGED', 'Other keys than those compared are kept of this oracle, or none.');
  }
  return { ...kept, isVerified };
}

function tryReadKept(value: unknown): KeptKeys | undefined {
  try {
    return readKept(value);
  } catch {
    return undefined;
  }
}

const areSame = (one: KeyFingerprints, other: KeyFingerprints): boolean =>
  one.identityKey === other.identityKey &&
  one.envelopeKey === other.envelopeKey &&
  one.matrixUserId === other.matrixUserId;
