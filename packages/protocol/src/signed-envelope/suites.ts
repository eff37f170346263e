/**
 * How the call key is sealed, strongest first; the number is the suite's byte on the wire.
 * - `hpke-x25519`: HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 * - `ecies-secp256k1`: ECIES in the wire format of eciesjs, for documents that offer secp256k1 only.
 */
export const ENVELOPE_SUITES = ['hpke-x25519', 'ecies-secp256k1'] as const;
export type EnvelopeSuite = (typeof ENVELOPE_SUITES)[number];

/** Sizes of a suite's parts, in bytes. */
interface SuiteRow {
  readonly byte: number;
  readonly publicKeyBytes: number;
  readonly encapsulatedKeyBytes: number;
  /** Of the sealed call key: 32 and a tag of 16 for HPKE; nonce 16, tag 16, call key 32 and context hash 32 for ECIES. */
  readonly ciphertextBytes: number;
}

export const SUITE_TABLE = {
  'hpke-x25519': { byte: 1, publicKeyBytes: 32, encapsulatedKeyBytes: 32, ciphertextBytes: 48 },
  'ecies-secp256k1': { byte: 2, publicKeyBytes: 33, encapsulatedKeyBytes: 65, ciphertextBytes: 96 },
} as const satisfies Record<EnvelopeSuite, SuiteRow>;

/** A public key of an oracle to which call keys are sealed. */
export interface EnvelopeKey {
  /** Absolute DID URL of the verification method. */
  readonly methodId: string;
  readonly suite: EnvelopeSuite;
  /** Raw: 32 bytes for X25519, 33 (compressed) for secp256k1. */
  readonly publicKey: Uint8Array;
}

/** Whether the first suite protects less than the second. */
export function isWeaker(suite: EnvelopeSuite, than: EnvelopeSuite): boolean {
  return ENVELOPE_SUITES.indexOf(suite) > ENVELOPE_SUITES.indexOf(than);
}

/** The suite of a byte on the wire. */
export function suiteOfByte(byte: number): EnvelopeSuite | undefined {
  return ENVELOPE_SUITES.find((suite) => SUITE_TABLE[suite].byte === byte);
}
