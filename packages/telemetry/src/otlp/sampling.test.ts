import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTraceId } from '@oracle-calls/protocol/trace';
import { expect, test } from 'vitest';
import { createKeyedSampler } from './keyed-sampler.ts';
import { readHeadersFile } from './read-headers-file.ts';

const ids = Array.from({ length: 4_000 }, createTraceId);

test('all, none, or about the share that was asked for, always the same for one trace', () => {
  expect(ids.every(createKeyedSampler(1))).toBe(true);
  expect(ids.some(createKeyedSampler(0))).toBe(false);
  const sample = createKeyedSampler(0.25);
  const taken = ids.filter(sample);
  expect(taken.length / ids.length).toBeGreaterThan(0.2);
  expect(taken.length / ids.length).toBeLessThan(0.3);
  expect(ids.filter(sample)).toEqual(taken);
});

test('nobody can choose an id that every backend takes', () => {
  const chosen = '0'.repeat(31) + '1';
  const answers = Array.from({ length: 200 }, () => createKeyedSampler(0.5)(chosen));
  expect(new Set(answers)).toEqual(new Set([true, false]));
});

test('headers are read line by line, and a wrong line is named without what it says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-headers-'));
  try {
    const file = join(folder, 'headers');
    await writeFile(file, 'Authorization: Bearer abc def\n\nx-scope:  tenant\r\n');
    expect(await readHeadersFile(file)).toEqual({ authorization: 'Bearer abc def', 'x-scope': 'tenant' });
    await writeFile(file, 'fine: yes\na-secret-without-a-name\n');
    await expect(readHeadersFile(file)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
    await expect(readHeadersFile(file)).rejects.toThrow(/line 2/);
    await expect(readHeadersFile(file)).rejects.not.toThrow(/a-secret/);
    await expect(readHeadersFile(join(folder, 'none'))).rejects.toThrow(/cannot be read/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
