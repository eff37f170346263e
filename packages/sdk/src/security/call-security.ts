import type { ComparisonCode } from '@oracle-calls/protocol/handshake';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import type { EnvelopeSuite } from '@oracle-calls/protocol/signed-envelope';
import type { KeyFingerprints, KeyState } from '../key-pins/key-rules.ts';

/**
 * What may be shown of a call's protection.
 * - `none`: nothing can be said yet, or not any more.
 * - `encrypted`: the oracle proved its keys in the handshake, and this client's own cryptor has since sealed and opened frames.
 * - `verified`: the same, and a person has compared the code of a call under exactly these keys.
 */
export type Padlock = 'none' | 'encrypted' | 'verified';

/** What this end knows about the security of one call. Fields are absent until they are known. */
export interface CallSecurity {
  readonly protocolVersion: 3;
  readonly padlock: Padlock;
  /** How the call key was sealed. */
  readonly suite: EnvelopeSuite | undefined;
  /** To be compared with the oracle's over another channel; each attempt of the handshake has its own. */
  readonly comparisonCode: { readonly raw: ComparisonCode; readonly formatted: string } | undefined;
  /** Who hears the call, as the oracle's agent declared under the oracle's signature: known before anything is captured. */
  readonly hearing: CallHearing | undefined;
  /** How the oracle's keys stand to those seen before. `first-contact` is trust on first use. */
  readonly keyState: KeyState | undefined;
  /** False when one key of the oracle serves two ends: then its theft lets the thief stand between both. */
  readonly keysAreIndependent: boolean | undefined;
  readonly keyFingerprints: KeyFingerprints | undefined;
  /** Whether a person has compared a code under these keys. */
  readonly isVerified: boolean;
  /** False where the browser keeps nothing: then each page life is a first contact. */
  readonly pinsAreKept: boolean;
}

/** What the parts of a call say about its security; the padlock follows from it. */
export interface SecurityFacts extends Omit<CallSecurity, 'protocolVersion' | 'padlock'> {
  /** The handshake of the attempt under way is confirmed. */
  readonly isConfirmed: boolean;
  /** Own counts say that frames were sealed and opened since. */
  readonly isFlowing: boolean;
}

export function padlockOf({ isConfirmed, isFlowing, isVerified }: SecurityFacts): Padlock {
  if (!isConfirmed || !isFlowing) return 'none';
  return isVerified ? 'verified' : 'encrypted';
}

/** Gathers what is known and tells each change. */
export class SecurityDetails {
  readonly #changed: (security: CallSecurity) => void;
  #facts: SecurityFacts;

  constructor(pinsAreKept: boolean, changed: (security: CallSecurity) => void) {
    this.#changed = changed;
    this.#facts = {
      suite: undefined,
      comparisonCode: undefined,
      hearing: undefined,
      keyState: undefined,
      keysAreIndependent: undefined,
      keyFingerprints: undefined,
      isVerified: false,
      pinsAreKept,
      isConfirmed: false,
      isFlowing: false,
    };
  }

  get facts(): SecurityFacts {
    return this.#facts;
  }

  get shown(): CallSecurity {
    const { isConfirmed: _isConfirmed, isFlowing: _isFlowing, ...known } = this.#facts;
    return { protocolVersion: 3, padlock: padlockOf(this.#facts), ...known };
  }

  note(facts: Partial<SecurityFacts>): void {
    const before = JSON.stringify(this.shown);
    this.#facts = { ...this.#facts, ...facts };
    if (JSON.stringify(this.shown) !== before) this.#changed(this.shown);
  }
}
