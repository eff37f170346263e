/** A text for each IndexedDB key, different for different keys (IndexedDB, "key": number, date, string, binary, array). */
export function keyText(key: IDBValidKey): string {
  if (typeof key === 'string') return `s${key}`;
  // Zero and minus zero are one key.
  if (typeof key === 'number') return `n${key === 0 ? 0 : key}`;
  if (key instanceof Date) return `d${key.getTime()}`;
  if (Array.isArray(key)) return `a${JSON.stringify(key.map(keyText))}`;
  const bytes = ArrayBuffer.isView(key) ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : Buffer.from(key);
  return `b${bytes.toString('hex')}`;
}
