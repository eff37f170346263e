import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';

/** Runs in the page: remembers every 32 random bytes that it draws, the call key among them. */
export function watchRandomKeys(): void {
  const drawn: string[] = [];
  const real = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = <T extends ArrayBufferView | null>(array: T): T => {
    const filled = real(array as ArrayBufferView<ArrayBuffer>) as T;
    if (filled instanceof Uint8Array && filled.length === 32) {
      drawn.push(Array.from(filled, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    }
    return filled;
  };
  Object.defineProperty(globalThis, 'drawnKeys', { value: drawn });
}

/** What the page drew, as hex. */
export function drawnKeys({ page }: ScriptedCaller): Promise<readonly string[]> {
  return page.evaluate(() => [...(globalThis as object as { drawnKeys: string[] }).drawnKeys]);
}

/** A key in every spelling in which it could have been written down. */
function spellings(hex: string): Buffer[] {
  const raw = Buffer.from(hex, 'hex');
  const texts = [hex, hex.toUpperCase(), raw.toString('base64').replace(/=+$/, ''), raw.toString('base64url')];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

/** Files below `folder` that contain one of the keys in any spelling. */
export async function filesWithKey(folder: string, keysHex: readonly string[]): Promise<string[]> {
  const needles = keysHex.flatMap(spellings);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    if (needles.some((needle) => content.includes(needle))) found.push(path);
  }
  return found;
}

/** Whether text, such as a log, contains one of the keys in any spelling. */
export function textHasKey(text: string, keysHex: readonly string[]): boolean {
  const content = Buffer.from(text);
  return keysHex.flatMap(spellings).some((needle) => content.includes(needle));
}
