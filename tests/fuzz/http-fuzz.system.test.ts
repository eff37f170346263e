import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runToEnd } from '../../dev/process/run-to-end.ts';
import { ensureSchemathesis } from '../../dev/toolchain/schemathesis-venv.ts';
import { startFuzzedBackend, type FuzzedBackend } from './fuzzed-backend.ts';

const isNightly = process.env['NIGHTLY'] === '1';
/** Examples for each operation and pass, besides those that schemathesis makes of the document's bounds; at night in each round. */
const EXAMPLES = isNightly ? 100 : 10;
/** At night each pass begins another round of examples until this is over; five passes take half an hour. In seconds. */
const NIGHTLY_PASS_SECONDS = 360;
/** Sequences of calls take half a minute of their own. */
const PHASES = isNightly ? 'coverage,fuzzing,stateful' : 'coverage,fuzzing';
/** Whatever is made is made again from this seed; at night another each time, which the report names. */
const SEED = isNightly ? Math.floor(Math.random() * 2 ** 31) : 1;
/** Only catches a hang. */
const PASS_MAX_MS = isNightly ? 2 * NIGHTLY_PASS_SECONDS * 1_000 : 180_000;
/** That it did not end at the door. A busy machine tries some fifteen cases a second, a quiet one several times as many. */
const CASES_MIN = isNightly ? 2_000 : 200;

/**
 * Every check but one: what the document calls valid may still be refused, because a call has ended or belongs to somebody else. No 5xx
 * is among what is legitimate here: homeserver, SFU and database are fakes that never fail.
 */
const EXCLUDED_CHECKS = 'positive_data_acceptance';

let schemathesis: string;
let backend: FuzzedBackend;
let folder: string;
beforeAll(async () => {
  schemathesis = await ensureSchemathesis();
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-schemathesis-'));
});
beforeAll(async () => {
  backend = await startFuzzedBackend();
});
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Pass {
  readonly bearer?: string;
  /** Fuzzes around this call instead of made-up ones. */
  readonly callId?: string;
  /** One path instead of all. */
  readonly path?: string;
}

/** One run of schemathesis over the served document; rejects with its findings. Returns how many cases were tried. */
async function fuzz(target: FuzzedBackend, { bearer, callId, path }: Pass): Promise<number> {
  const configFile = join(folder, 'schemathesis.toml');
  await writeFile(configFile, callId === undefined ? '' : `[parameters]\n"path.callId" = "${callId}"\n`);
  const lines = await runToEnd({
    name: 'schemathesis',
    command: schemathesis,
    args: [
      ...['--config-file', configFile, 'run', `${target.baseUrl}/openapi.json`],
      ...['--phases', PHASES, '--exclude-checks', EXCLUDED_CHECKS],
      ...['--max-examples', String(EXAMPLES), '--seed', String(SEED), '--request-timeout', '10'],
      ...['--no-color', '--warnings', 'off'],
      // One path takes one round.
      ...(path !== undefined
        ? ['--include-path', path]
        : isNightly
          ? ['--max-time', String(NIGHTLY_PASS_SECONDS)]
          : []),
      ...(bearer === undefined ? [] : ['--header', `Authorization: Bearer ${bearer}`]),
    ],
    cwd: folder,
    timeoutMs: PASS_MAX_MS,
  });
  const [, generated] = /(\d+) generated/.exec(lines.join('\n')) ?? [];
  return Number(generated);
}

const PASSES: readonly (readonly [who: string, pass: () => Pass])[] = [
  ['nobody', () => ({})],
  ['a user', () => ({ bearer: backend.sessionToken })],
  ['an agent', () => ({ bearer: backend.agentKey })],
];
const NIGHTLY_PASSES: typeof PASSES = [
  ['a user around a real call', () => ({ bearer: backend.sessionToken, callId: backend.callId })],
  ['an agent around a real call', () => ({ bearer: backend.agentKey, callId: backend.callId })],
];

test.each(isNightly ? [...PASSES, ...NIGHTLY_PASSES] : PASSES)(
  'fuzzed as %s, the API answers as its document says and never with an error of its own',
  async (_who, pass) => {
    expect(await fuzz(backend, pass())).toBeGreaterThan(CASES_MIN);
    expect(backend.faults).toEqual([]);
  },
  PASS_MAX_MS + 30_000,
);

test(
  'a fault of the backend is found',
  async () => {
    await using broken = await startFuzzedBackend({ isBroken: true });
    await expect(fuzz(broken, { bearer: broken.sessionToken, path: '/calls' })).rejects.toThrow(/Server error/);
    expect(broken.faults).not.toEqual([]);
  },
  PASS_MAX_MS + 30_000,
);
