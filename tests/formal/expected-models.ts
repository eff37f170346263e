import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Where the models are. */
export const FORMAL_DIR = fileURLToPath(new URL('../../formal', import.meta.url));

/** One letter and one digit per query: `c0a1` means that the first holds and that the second has an attack. */
const RESULT = /^(?:[cafue][01])+$/;

export interface ExpectedModel {
  readonly file: string;
  /** What Verifpal has to say of it, one letter and one digit per query in their order. */
  readonly result: string;
  /** `quick` ones are checked by `npm test`, the `nightly` ones by `npm run nightly` as well. */
  readonly run: 'quick' | 'nightly';
  /** Fields of the code's hashes that this model does without, to stay within reach of the checker. */
  readonly leavesOut: readonly string[];
  /** Controls leave a defence out: an attack must be found. */
  readonly isControl: boolean;
}

/** @throws {TypeError} when `expected.json` is not of its shape */
export async function readExpectedModels(dir = FORMAL_DIR): Promise<readonly ExpectedModel[]> {
  const content: unknown = JSON.parse(await readFile(`${dir}/expected.json`, 'utf8'));
  if (typeof content !== 'object' || content === null) throw new TypeError('expected.json is not an object.');
  return Object.entries(content).map(([file, entry]) => parseEntry(file, entry));
}

/** The models that are there. */
export async function listModels(dir = FORMAL_DIR): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => name.endsWith('.vp')).toSorted();
}

/** Whether a result names at least one attack. */
export function showsAttack(result: string): boolean {
  return result.includes('1');
}

function parseEntry(file: string, entry: unknown): ExpectedModel {
  const { result, run, leavesOut = [] } = (entry ?? {}) as Readonly<Record<'result' | 'run' | 'leavesOut', unknown>>;
  if (typeof result !== 'string' || !RESULT.test(result)) throw new TypeError(`expected.json: result of ${file}`);
  if (run !== 'quick' && run !== 'nightly') throw new TypeError(`expected.json: run of ${file}`);
  if (!Array.isArray(leavesOut) || !leavesOut.every((name): name is string => typeof name === 'string')) {
    throw new TypeError(`expected.json: leavesOut of ${file}`);
  }
  return { file, result, run, leavesOut, isControl: file.includes('control') };
}
