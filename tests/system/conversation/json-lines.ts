import { readFile } from 'node:fs/promises';

/** What another process has written so far, a JSON document a line; nothing when it has not begun. The last line may still be in the writing. */
export async function jsonLines(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}
