import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsEmbedder } from '@oracle-calls/testing/conversation';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RealtimeServer } from '../hosted/realtime/realtime-server.fixture.ts';
import { openSpokenOracle } from './open-spoken-oracle.ts';

let folder: string;
let server: RealtimeServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-spoken-'));
  server = await new RealtimeServer().open();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a realtime model gets the oracle’s instructions for the call, its key, its voice, and its documents as a tool', async () => {
  await writeFile(join(folder, 'house.md'), '# House\n\n## Cats\n\nCats cannot stay.');
  await writeFile(join(folder, 'key'), 'sk-secret\n', { mode: 0o600 });
  const baseUrl = server.url.replace('ws:', 'http:').replace('/realtime', '');
  const model = await openSpokenOracle(
    { instructions: 'You are Ada.', voice: 'marin', documents: folder, onCall: () => ({ instructions: 'Be brief.' }) },
    { kind: 'realtime', baseUrl, model: 'talker', apiKeyFile: join(folder, 'key') },
    { weightsDir: folder, openEmbedder: () => Promise.resolve(wordsEmbedder()) },
  );
  await using _talk = await model.converse({ context: { sessionId: 's' }, onNotice: () => undefined });
  expect([server.path, server.authorization]).toEqual(['/v1/realtime?model=talker', 'Bearer sk-secret']);
  expect(await server.event('session.update')).toMatchObject({
    session: {
      instructions: 'You are Ada.\n\nBe brief.',
      audio: { output: { voice: 'marin' } },
      tools: [{ name: 'lookUp' }],
    },
  });
  server.say({
    type: 'response.function_call_arguments.done',
    call_id: 'c',
    name: 'lookUp',
    arguments: '{"question":"cats"}',
  });
  await vi.waitFor(() => expect(JSON.stringify(server.received)).toContain('Cats cannot stay.'));
});
