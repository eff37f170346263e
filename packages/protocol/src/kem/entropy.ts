/** Where random bytes come from. A port only so that vectors can fix them: production code uses {@link systemEntropy}. */
export interface Entropy {
  randomBytes(lengthBytes: number): Uint8Array<ArrayBuffer>;
}

/** The platform's CSPRNG. */
export const systemEntropy: Entropy = {
  randomBytes: (lengthBytes) => crypto.getRandomValues(new Uint8Array(lengthBytes)),
};
