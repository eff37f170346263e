/**
 * Makes the vectors of version 3 with fixed keys and randomness; the Python package opens, verifies and rebuilds them.
 *
 *     node vectors/make-strict-vectors.ts --check | --write
 */
import { readFile, writeFile } from 'node:fs/promises';
import { makeDataFrameVectors } from './strict/data-frames.ts';
import { makeHandshakeVectors } from './strict/handshake.ts';
import { makeComparisonCodeVectors, makeKeyScheduleVectors } from './strict/key-schedule.ts';
import { makeRekeyVectors } from './strict/rekey.ts';

const files = {
  'handshake.json': await makeHandshakeVectors(),
  'key-schedule.json': makeKeyScheduleVectors(),
  'rekey.json': await makeRekeyVectors(),
  'data-frames.json': await makeDataFrameVectors(),
  'comparison-code.json': makeComparisonCodeVectors(),
};

const mode = process.argv[2];
if (mode !== '--check' && mode !== '--write') throw new TypeError('Say --check or --write.');
for (const [name, vectors] of Object.entries(files)) {
  const url = new URL(name, import.meta.url);
  const text = `${JSON.stringify(vectors, null, 2)}\n`;
  if (mode === '--write') await writeFile(url, text);
  else if ((await readFile(url, 'utf8')) !== text) throw new Error(`${name} differs.`);
  process.stdout.write(`${name}: ${text.length} characters\n`);
}
