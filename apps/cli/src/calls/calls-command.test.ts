import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '@oracle-calls/backend/operator';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import { createCallId, parseDid, parseMatrixEventId, parseSfuRoomName } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, type Run } from '../run.fixture.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');

let folder: string;
let database: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-calls-'));
  database = join(folder, 'calls.db');
  await using store = await openSqliteStore(database);
  for (const [index, letter] of ['a', 'b', 'c'].entries()) {
    const eventId = parseMatrixEventId(`$${letter.repeat(3)}${'x'.repeat(40)}`);
    const sfuRoomName = parseSfuRoomName(`lk-${letter.repeat(32)}`);
    const callId = createCallId(eventId, sfuRoomName);
    await store.calls.accept({
      callId,
      eventId,
      sfuRoomName,
      matrixRoomId: parseMatrixRoomId('!room:localhost'),
      matrixUserId: parseMatrixUserId('@alice:localhost'),
      callType: index === 0 ? 'video' : 'audio',
      callStartedAt: '',
      startedAt: NOON + index * 60_000,
      sessionId: `session-${letter}`,
      userDid: parseDid('did:ixo:user123'),
      oracleDid: parseDid(
        index === 0 ? 'did:ixo:oracle456' : `did:web:a-very-long-name-of-an-oracle.example.org:${letter}`,
      ),
      agentVoice: undefined,
      language: 'en',
      envelopeSha256: letter,
      acceptedAt: NOON,
    });
    await store.audit.add({ at: NOON, action: 'key-release', keyId: 'agent-1', callId, address: '10.0.0.7' });
    if (letter === 'c') continue;
    const endReason = letter === 'a' ? 'hangup' : 'invalid-authentication';
    await store.calls.end(callId, { endReason, endedAt: NOON + 3_725_000, isAnswered: true });
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const calls = (...args: readonly string[]): Promise<Run> => run('calls', ...args, '--database', database);

test('the list is a table that fits a terminal, newest first', async () => {
  const { code, stdout } = await calls('list');
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[0]).toMatch(/^CALL +STARTED \(UTC\) +LENGTH +TYPE +STATE +ORACLE$/);
  expect(lines.slice(1).map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
    ['cccxxxxxxx', '2026-11-23 12:02', 'audio', 'pending', expect.stringMatching(/:c$/)],
    ['bbbxxxxxxx', '2026-11-23 12:01', '1:01:05', 'audio', 'invalid-authentication'],
    ['aaaxxxxxxx', '2026-11-23 12:00', '1:02:05', 'video', 'hangup'],
  ]);
});

test.each([
  [['--status', 'pending'], ['c']],
  [
    ['--status', 'ended'],
    ['b', 'a'],
  ],
  [['--oracle', 'did:ixo:oracle456'], ['a']],
  [
    ['--since', '2026-11-23T12:01:00Z'],
    ['c', 'b'],
  ],
  [['--until', '2026-11-23T12:01:00Z'], ['a']],
  [['--search', 'SESSION-B'], ['b']],
  [['--limit', '1'], ['c']],
  [['--since', '2999-01-01'], []],
])('the list with %o has the calls %o', async (flags, letters) => {
  const { code, stdout } = await calls('list', '--json', ...flags);
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as { callId: string }[];
  expect(found.map(({ callId }) => callId.charAt(1))).toEqual(letters);
});

test('one call is shown with what the audit log says of it, and nothing of its envelope', async () => {
  const { stdout } = await calls('show', 'aaax');
  expect(stdout).toContain('callId         $aaax');
  expect(stdout).toMatch(/endReason +hangup\n/);
  expect(stdout).toMatch(/key-release {2}ok {2}agent-1 {2}10\.0\.0\.7\n$/);
  const json = JSON.parse((await calls('show', '$aaax', '--json')).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({ callStatus: 'ended', audit: [{ action: 'key-release' }] });
  expect(Object.keys(json)).not.toContain('envelopeSha256');
});

test('a call that is over is deleted; a live one is not', async () => {
  expect(await calls('delete', 'aaa')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Deleted: \$aaa/) });
  expect(await calls('delete', 'aaa')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ERR_CALL_NOT_FOUND'),
  });
  expect(await calls('delete', 'ccc')).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_CALL_LIVE') });
  expect(JSON.parse((await calls('delete', 'bbb', '--json')).stdout)).toMatchObject({ state: 'deleted' });
  const { stdout } = await calls('list', '--json');
  expect(JSON.parse(stdout)).toHaveLength(1);
});

test('what oracles remember of a person is deleted, and of nobody else', async () => {
  {
    await using store = await openSqliteStore(database);
    const key = { oracleDid: parseDid('did:ixo:oracle456'), userDid: parseDid('did:ixo:user123'), sessionId: 's' };
    for (const name of ['@alice:localhost', '@bob:localhost']) {
      await store.memories.keep(
        { ...key, matrixUserId: parseMatrixUserId(name) },
        { record: 'AAAA', erasedAt: 0 },
        NOON,
      );
    }
  }
  expect(JSON.parse((await calls('forget', '@alice:localhost', '--json')).stdout)).toEqual({
    userId: '@alice:localhost',
    sessions: 1,
  });
  expect((await calls('forget', '@alice:localhost')).stdout).toBe('Deleted: 0 remembered sessions.\n');
  expect((await calls('forget', 'alice')).code).toBe(2);
  await using store = await openSqliteStore(database);
  const ofBob = await store.memories.list(parseDid('did:ixo:oracle456'), parseMatrixUserId('@bob:localhost'));
  expect(ofBob).toHaveLength(1);
});

test('a beginning that several calls have deletes none of them', async () => {
  const { code, stderr } = await calls('delete', '$');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Several calls begin so') });
  expect(JSON.parse((await calls('list', '--json')).stdout)).toHaveLength(3);
});

test.each([[['--status', 'over']], [['--since', 'yesterday']], [['--limit', '0']]])(
  'list %o is not understood',
  async (flags) => {
    expect((await calls('list', ...flags)).code).toBe(2);
  },
);

test('a file with an address that is not one of Postgres is refused, and not quoted', async () => {
  await writeFile(database, 'postgres://oracle:canary@\n');
  const { code, stderr } = await calls('list');
  expect(code).toBe(1);
  expect(stderr).not.toContain('canary');
});
