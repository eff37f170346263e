/** WebCrypto's key, whichever of its two type libraries (browser, Node) is there. */
export type WebCryptoKey = Parameters<typeof crypto.subtle.sign>[1];
