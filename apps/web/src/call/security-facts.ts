import type { CallSecurity } from '@oracle-calls/sdk';

export interface SecurityFact {
  readonly term: string;
  readonly text: string;
}

const SUITES: Readonly<Record<NonNullable<CallSecurity['suite']>, string>> = {
  'hpke-x25519': 'HPKE with X25519',
  'ecies-secp256k1': 'ECIES with secp256k1',
};

const KEY_STATES: Readonly<Record<NonNullable<CallSecurity['keyState']>, string>> = {
  'first-contact':
    'Seen for the first time. It is trusted because the oracle’s DID document shows it; nobody has confirmed that.',
  same: 'The same as in your earlier calls.',
  rotated: 'Changed since your last call. The change is signed with the earlier key.',
};

/** What is known about a call's security, in plain words. */
export function securityFacts(security: CallSecurity): SecurityFact[] {
  const { protocolVersion, suite, keyState, keysAreIndependent, isVerified, pinsAreKept, keyFingerprints } = security;
  const sealing = suite === undefined ? '' : `, key sealed with ${SUITES[suite]}`;
  return [
    { term: 'Protocol', text: `Version ${protocolVersion}${sealing}.` },
    ...(keyState === undefined ? [] : [{ term: 'Oracle’s key', text: KEY_STATES[keyState] }]),
    {
      term: 'Comparison',
      text: isVerified
        ? 'You compared a code under this key, and it matched.'
        : 'Nobody has compared a code under this key.',
    },
    ...(keysAreIndependent === false
      ? [
          {
            term: 'One key for two purposes',
            text: 'This oracle receives and signs with one key. Whoever steals it can stand between you and the oracle.',
          },
        ]
      : []),
    ...(pinsAreKept ? [] : [{ term: 'Memory', text: 'This browser keeps nothing: your next visit starts anew.' }]),
    ...(keyFingerprints === undefined
      ? []
      : [{ term: 'Fingerprint', text: formatFingerprint(keyFingerprints.identityKey) }]),
  ];
}

/** In groups of four, to be read aloud. */
export const formatFingerprint = (hex: string): string => hex.replaceAll(/(.{4})(?=.)/g, '$1 ');

/** What holds for an encrypted call, and what does not, whatever the padlock says. */
export const PROMISES = {
  held: [
    'Neither the media server nor the homeserver can hear or read the call, or speak in it.',
    'Whoever steals keys later cannot open a recording of it.',
    'Somebody else’s voice is never played as the oracle’s.',
  ],
  open: [
    'Whoever runs the oracle hears the call, and so does any outside model that it uses.',
    'Servers see who calls whom, when, for how long, and from which address.',
    'The media server can cut, delay or repeat sound.',
    'Until you compare the code, you trust whoever publishes the oracle’s key.',
    'Your signature proves to others that you placed the call.',
  ],
} as const;
