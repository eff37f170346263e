import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';

/** Secrets of a call as the page's own code saw them, in hex. */
export interface WatchedKeys {
  /** Every 32 random bytes that were drawn, the call key among them. */
  readonly drawn: readonly string[];
  /** Keys of media frames by direction, in the order in which they came into use. */
  readonly sending: readonly string[];
  readonly receiving: readonly string[];
  /** Keys under which data and the key exchange are sealed. */
  readonly sealing: readonly string[];
}

/** Runs in the page before its scripts: notes secrets where they pass the platform's cryptography. */
export function watchKeys(): void {
  const watched: Record<keyof WatchedKeys, string[]> = { drawn: [], sending: [], receiving: [], sealing: [] };
  const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const draw = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = <T extends ArrayBufferView | null>(array: T): T => {
    const filled = draw(array as ArrayBufferView<ArrayBuffer>) as T;
    if (filled instanceof Uint8Array && filled.length === 32) watched.drawn.push(hexOf(filled));
    return filled;
  };
  const { subtle } = crypto;
  const imported = new WeakMap<CryptoKey, string>();
  const importRaw = subtle.importKey.bind(subtle) as (...args: unknown[]) => Promise<CryptoKey>;
  Reflect.set(subtle, 'importKey', async (...args: unknown[]) => {
    const [format, bytes, algorithm] = args;
    // Read before the call: whoever made the key may wipe it right after.
    const hex = format === 'raw' && bytes instanceof Uint8Array ? hexOf(bytes) : '';
    const key = await importRaw(...args);
    imported.set(key, hex);
    if (algorithm === 'AES-GCM') watched.sealing.push(hex);
    return key;
  });
  const derive = subtle.deriveKey.bind(subtle) as (...args: unknown[]) => Promise<CryptoKey>;
  Reflect.set(subtle, 'deriveKey', (...args: unknown[]) => {
    const [, base, , , usages] = args as [unknown, CryptoKey, unknown, unknown, readonly string[]];
    watched[usages.includes('encrypt') ? 'sending' : 'receiving'].push(imported.get(base) ?? '');
    return derive(...args);
  });
  Object.defineProperty(globalThis, 'watchedKeys', { value: watched });
}

/** What {@link watchKeys} has noted so far. */
export function watchedKeys({ page }: ScriptedCaller): Promise<WatchedKeys> {
  return page.evaluate(() => structuredClone((globalThis as object as { watchedKeys: WatchedKeys }).watchedKeys));
}

/** All of them. */
export function allKeys({ drawn, sending, receiving, sealing }: WatchedKeys): readonly string[] {
  return [...drawn, ...sending, ...receiving, ...sealing];
}

/** A key in every spelling in which it could have been written down. */
function spellings(hex: string): Buffer[] {
  const raw = Buffer.from(hex, 'hex');
  const texts = [hex, hex.toUpperCase(), raw.toString('base64').replace(/=+$/, ''), raw.toString('base64url')];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

/** Whether bytes contain one of the keys in any spelling. */
export function bytesHaveKey(content: Uint8Array, keysHex: readonly string[]): boolean {
  const searched = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return keysHex.flatMap(spellings).some((needle) => searched.includes(needle));
}

/** Files below `folder` that contain one of the keys in any spelling. */
export async function filesWithKey(folder: string, keysHex: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (bytesHaveKey(await readFile(path), keysHex)) found.push(path);
  }
  return found;
}

/** Whether text, such as a log, contains one of the keys in any spelling. */
export function textHasKey(text: string, keysHex: readonly string[]): boolean {
  return bytesHaveKey(Buffer.from(text), keysHex);
}
