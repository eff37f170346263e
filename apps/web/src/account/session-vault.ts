import { encodeSession, tryDecodeSession, type KeptSession } from './kept-session.ts';
import { createVaultStore, type VaultRecord, type VaultStore } from './vault-store.ts';

/** Binds a seal to what it is for. */
const LABEL = new TextEncoder().encode('oracle-calls session v1');
/** NIST SP 800-38D: 96 bits, random for each seal. */
const IV_BYTES = 12;

/**
 * Keeps the session in this browser, sealed with a key that no script can read: neither a copy of the page's storage made by a script, nor a
 * search of the disk for the token's text, finds a secret. Whoever has the whole browser profile has the key too (decision 0033).
 */
export class SessionVault {
  readonly #store: VaultStore;

  constructor(store: VaultStore = createVaultStore()) {
    this.#store = store;
  }

  /** The session that is kept; none when it cannot be opened. */
  async read(): Promise<KeptSession | undefined> {
    const record = await this.#record();
    if (record === undefined) return undefined;
    const { key, iv, sealed } = record;
    try {
      const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: LABEL }, key, sealed);
      const session = tryDecodeSession(opened);
      new Uint8Array(opened).fill(0);
      return session;
    } catch {
      return undefined;
    }
  }

  async write(session: KeptSession): Promise<void> {
    const key = (await this.#record())?.key ?? (await createKey());
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = encodeSession(session);
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: LABEL }, key, plain);
    plain.fill(0);
    await this.#store.write({ key, iv, sealed });
  }

  forget(): Promise<void> {
    return this.#store.forget();
  }

  async #record(): Promise<VaultRecord | undefined> {
    const found = await this.#store.read();
    return isRecord(found) ? found : undefined;
  }
}

function createKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function isRecord(found: unknown): found is VaultRecord {
  if (typeof found !== 'object' || found === null) return false;
  const parts: Partial<Record<keyof VaultRecord, unknown>> = found;
  return parts.key instanceof CryptoKey && parts.iv instanceof Uint8Array && parts.sealed instanceof ArrayBuffer;
}
