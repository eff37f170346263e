import { Readable } from 'node:stream';
import { parseDid } from '@oracle-calls/protocol';
import type { MemoryQuery, OracleMemory } from '@oracle-calls/sdk/core';
import { expect, test } from 'vitest';
import { run } from '../run.fixture.ts';
import { forgetMemory, type ForgetMemoryOptions } from './forget-memory.ts';

const oracleDid = parseDid('did:ixo:oracle456');
const KEPT_AT = Date.UTC(2026, 10, 23, 12);

async function forget(options: Partial<ForgetMemoryOptions>, answer?: string) {
  const asked: MemoryQuery[] = [];
  const memory: OracleMemory = {
    list: () => Promise.resolve([{ oracleDid, sessionId: 'session-1', keptAt: KEPT_AT }]),
    forget: (query) => {
      asked.push(query);
      return Promise.resolve(query.sessionId === 'none' ? 0 : 2);
    },
  };
  let [stdout, stderr] = ['', ''];
  await forgetMemory({
    memory,
    oracleDid,
    which: undefined,
    input: answer === undefined ? undefined : Readable.from([answer]),
    isJson: false,
    output: { out: (text) => (stdout += text), error: (text) => (stderr += text) },
    signal: new AbortController().signal,
    ...options,
  });
  return { asked, stdout, stderr };
}

test('what is remembered is shown, and nothing is forgotten', async () => {
  const { asked, stdout } = await forget({});
  expect(asked).toEqual([]);
  expect(stdout).toContain('2026-11-23T12:00:00.000Z  session-1\n');
  expect(JSON.parse((await forget({ isJson: true })).stdout)).toEqual({
    oracleDid,
    sessions: [{ sessionId: 'session-1', keptAt: '2026-11-23T12:00:00.000Z' }],
  });
});

test.each(['y\n', 'Yes\n'])('%j forgets', async (answer) => {
  const { asked, stdout, stderr } = await forget({ which: { sessionId: 'session-1' } }, answer);
  expect(stderr).toMatch(/session-1, for good\? y\/N $/);
  expect(asked).toEqual([{ oracleDid, sessionId: 'session-1' }]);
  expect(stdout).toBe('Forgotten: 2 sessions.\n');
});

test.each(['\n', 'n\n', 'yesterday\n', ''])('%j does not', async (answer) => {
  const { asked, stderr } = await forget({ which: { sessionId: undefined } }, answer);
  expect(asked).toEqual([]);
  expect(stderr).toMatch(/everything that it remembers of you[^]*Nothing was forgotten\.\n$/);
});

test('where nobody is asked it is forgotten at once, and said as JSON', async () => {
  const { stdout } = await forget({ which: { sessionId: undefined }, isJson: true });
  expect(JSON.parse(stdout)).toEqual({ oracleDid, forgotten: 2 });
  expect((await forget({ which: { sessionId: 'none' } })).stdout).toBe('Nothing was remembered.\n');
});

test('without a terminal, and without --yes, nothing is done', async () => {
  const account = ['--homeserver', 'http://127.0.0.1:1', '--user', '@a:b', '--password-file', 'none'];
  const { code, stderr } = await run('forget', oracleDid, ...account, '--all', '--json');
  expect([code, stderr]).toEqual([2, expect.stringContaining('say --yes')]);
  expect((await run('forget', oracleDid, ...account, '--all', '--session', 's')).code).toBe(2);
});
