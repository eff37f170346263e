/** Multicodec varints of public keys (multicodec table): what stands between the multibase prefix and the key. */
export const CODECS = { ed25519: [0xed, 0x01], secp256k1: [0xe7, 0x01], x25519: [0xec, 0x01] } as const;
export type Curve = keyof typeof CODECS;

/** Which curve the codec in front of a key names, or `undefined` for one that is not known here. */
export function codecOf(bytes: Uint8Array): Curve | undefined {
  return (['ed25519', 'secp256k1', 'x25519'] as const).find((curve) =>
    CODECS[curve].every((byte, index) => byte === bytes[index]),
  );
}
