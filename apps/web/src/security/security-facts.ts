import type { CallSecurity, CallState, Padlock } from '@oracle-calls/sdk';
import type { securityEnglish } from './security.en.ts';

type Words = typeof securityEnglish;

export interface PadlockLine {
  /** `undefined` while there is no call to say it of. */
  readonly padlock: Padlock | undefined;
  readonly text: keyof Words['padlock'];
}

/** What may truthfully be said about the call's protection right now. */
export function padlockLine(state: CallState | undefined, security: CallSecurity | undefined): PadlockLine {
  if (state?.kind !== 'Live' || security === undefined) return { padlock: undefined, text: 'idle' };
  const { padlock, comparisonCode } = security;
  if (padlock !== 'none') return { padlock, text: padlock };
  return { padlock, text: comparisonCode === undefined ? 'unproved' : 'agreed' };
}

/** One line of what is known: a term, and a text of the catalogue, or the fingerprint itself. */
export interface SecurityFact {
  readonly term: keyof Words['terms'];
  readonly fact?: keyof Words['facts'];
  readonly version?: number;
  readonly suite?: keyof Words['suites'];
  readonly fingerprint?: string;
}

/** What is known about a call's security. */
export function securityFacts(security: CallSecurity): SecurityFact[] {
  const { protocolVersion: version, suite, keyState, keysAreIndependent, isVerified, pinsAreKept } = security;
  const fingerprint = security.keyFingerprints?.identityKey;
  return [
    suite === undefined
      ? { term: 'protocol', fact: 'protocol', version }
      : { term: 'protocol', fact: 'protocolSealed', version, suite },
    ...(keyState === undefined ? [] : [{ term: 'key', fact: keyState } as const]),
    { term: 'comparison', fact: isVerified ? 'compared' : 'notCompared' },
    ...(keysAreIndependent === false ? [{ term: 'oneKey', fact: 'oneKey' } as const] : []),
    ...(pinsAreKept ? [] : [{ term: 'memory', fact: 'keepsNothing' } as const]),
    ...(fingerprint === undefined
      ? []
      : [{ term: 'fingerprint', fingerprint: formatFingerprint(fingerprint) } as const]),
  ];
}

/** In groups of four, to be read aloud. */
export const formatFingerprint = (hex: string): string => hex.replaceAll(/(.{4})(?=.)/g, '$1 ');
