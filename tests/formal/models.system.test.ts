/**
 * The models in `formal/`, checked one at a time. `npm test` takes the quick ones, `npm run nightly` all. A control leaves a
 * defence out; if nothing were found there, a result without attacks elsewhere would be worth nothing.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureVerifpal } from '../../dev/toolchain/verifpal.ts';
import { FORMAL_DIR, listModels, readExpectedModels, showsAttack } from './expected-models.ts';
import { verifyModel } from './verify-model.ts';

/** Bounds that only catch a hang: several times what each kind takes on two busy cores. */
const MAX_MS = { quick: 5 * 60_000, nightly: 60 * 60_000 };
/** The checker is built from source the first time. */
const BUILD_MAX_MS = 30 * 60_000;

const models = await readExpectedModels();
const isNightly = process.env['NIGHTLY'] === '1';
const checked = models.filter(({ run }) => run === 'quick' || isNightly);
let verifpal = '';

beforeAll(async () => {
  verifpal = await ensureVerifpal({ report: (line) => console.log(line), reportCached: false });
}, BUILD_MAX_MS);

test('every model has an expected result, and every expected result its model', async () => {
  expect(models.map(({ file }) => file).toSorted()).toEqual(await listModels());
});

test('a control is expected to show an attack, every other model to show none', () => {
  expect(models.filter(({ result, isControl }) => showsAttack(result) !== isControl)).toEqual([]);
});

test('what npm test checks has the call itself, a rekey and a control of either', () => {
  const quick = models.filter(({ run }) => run === 'quick').map(({ file }) => file);
  expect(quick).toEqual(
    expect.arrayContaining(['strict_call.vp', 'unsigned_envelope_control.vp', 'rekey.vp', 'rekey_unsigned_control.vp']),
  );
});

describe('the checker says what is expected of', () => {
  for (const { file, result, run } of checked) {
    test(
      `${file}: ${result}`,
      async ({ signal }) => {
        const model = join(FORMAL_DIR, file);
        expect(await verifyModel({ verifpal, model, timeoutMs: MAX_MS[run], signal })).toBe(result);
      },
      MAX_MS[run] + 5_000,
    );
  }
});

describe('the runner of the checker', () => {
  const scratch = async (text: string): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-formal-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const model = join(folder, 'scratch.vp');
    await writeFile(model, text);
    return model;
  };

  test('refuses a file that is no model', async () => {
    const model = await scratch('attacker[active]\nprincipal Alice[ generates');
    await expect(verifyModel({ verifpal, model, timeoutMs: 60_000 })).rejects.toThrow(/gave no result/);
  });

  test('ends a check that takes too long', async () => {
    const model = join(FORMAL_DIR, 'strict_call.vp');
    await expect(verifyModel({ verifpal, model, timeoutMs: 200 })).rejects.toThrow(/was stopped/);
  });

  test('tells what is leaked from what is not', async () => {
    const leaking = (leak: string): string =>
      `attacker[passive]\nprincipal Alice[\n\tgenerates secret\n${leak}]\nprincipal Bob[\n\tknows public word\n]\n` +
      `Alice -> Bob: hashed\nqueries[\n\tconfidentiality? secret\n]\n`;
    const hashed = '\thashed = HASH(secret)\n';
    const options = { verifpal, timeoutMs: 60_000 };
    expect(await verifyModel({ ...options, model: await scratch(leaking(hashed)) })).toBe('c0');
    expect(await verifyModel({ ...options, model: await scratch(leaking(`${hashed}\tleaks secret\n`)) })).toBe('c1');
  });
});
