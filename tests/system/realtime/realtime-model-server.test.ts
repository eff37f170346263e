import { createRealtimeEndpoint } from '@oracle-calls/agent/oracle';
import type { SpeechConversation, SpeechNotice } from '@oracle-calls/agent/oracle';
import { BearerSecret } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RealtimeModelServer } from './realtime-model-server.ts';
import { MODEL_SAMPLE_RATE } from './speech-detector.ts';

let server: RealtimeModelServer;
let notices: SpeechNotice[];
/** What the recogniser understands, and how long each sentence takes to speak. */
let understood: string;
let spoken: Promise<void>;
beforeEach(async () => {
  notices = [];
  understood = 'Hello.';
  spoken = Promise.resolve();
  server = await RealtimeModelServer.open({
    modelName: 'talker',
    key: 'sk-right',
    recogniser: { transcribe: () => Promise.resolve({ text: understood }) },
    synthesiser: {
      async synthesise() {
        await spoken;
        return new Float32Array(MODEL_SAMPLE_RATE).fill(0.1);
      },
    },
    model: (items) => {
      const last = items.at(-1);
      return { say: [`You said ${last?.kind === 'user' ? last.text : 'nothing'}`] };
    },
  });
});
afterEach(() => server[Symbol.asyncDispose]());

const converse = (key = 'sk-right', model = 'talker'): Promise<SpeechConversation> =>
  createRealtimeEndpoint({
    url: `${server.baseUrl.replace('http:', 'ws:')}/realtime`,
    model,
    key: new BearerSecret(key, 'key'),
    transcriptionModel: 'scribe',
    role: () => ({ instructions: 'Talk.' }),
  }).converse({ context: { sessionId: 's' }, onNotice: (notice) => void notices.push(notice) });

const noticed = (...wanted: readonly SpeechNotice['kind'][]): Promise<void> =>
  vi.waitFor(() => expect(notices.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...wanted])));

/** Half a second of voice, and a second of silence after it. */
function speak(talk: SpeechConversation): void {
  talk.hear(new Float32Array(MODEL_SAMPLE_RATE / 2).fill(0.2));
  talk.hear(new Float32Array(MODEL_SAMPLE_RATE));
}

test.each([
  ['another key', 'sk-wrong', 'talker'],
  ['another model', 'sk-right', 'walker'],
])('nobody talks to the model’s server with %s', async (_what, key, model) => {
  await expect(converse(key, model)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFUSED' });
});

test('the model’s server hears speech, writes it down, and answers in words and sound', async () => {
  await using talk = await converse();
  speak(talk);
  await noticed('user-speaks', 'user-silent', 'user-words', 'oracle-words', 'answered');
  const heard = notices.flatMap((notice) => (notice.kind === 'sound' ? [notice.samples.length] : []));
  expect(heard.reduce((sum, length) => sum + length, 0)).toBe(MODEL_SAMPLE_RATE);
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'oracle-words', text: 'You said Hello. ' }));
  expect(server.sessions[0]?.complaints).toEqual([]);
});

test('the model’s server stops its answer when somebody speaks', async () => {
  spoken = new Promise(() => undefined);
  await using talk = await converse();
  speak(talk);
  await noticed('user-words');
  talk.hear(new Float32Array(MODEL_SAMPLE_RATE / 2).fill(0.2));
  await vi.waitFor(() => expect(notices).toContainEqual({ kind: 'answered', outcome: 'cut-off' }));
});

test('the model’s server takes back what was not heard, and complains of more than there was', async () => {
  await using talk = await converse();
  speak(talk);
  await noticed('answered');
  const said = server.sessions[0]?.items.find(({ kind }) => kind === 'oracle');
  talk.heardUntil(said?.id ?? '', 1_001);
  talk.heardUntil('nobody said this', 1);
  talk.heardUntil(said?.id ?? '', 400);
  await vi.waitFor(() => expect(said).toMatchObject({ truncated: { audioEndMs: 400 } }));
  expect(server.sessions[0]?.complaints).toEqual(['invalid_audio_end_ms', 'item_truncate_invalid_item_id']);
});

test('what is written while the model’s server answers is answered after that', async () => {
  spoken = new Promise(() => undefined);
  await using talk = await converse();
  speak(talk);
  await noticed('user-words');
  spoken = Promise.resolve();
  talk.write('Bye.');
  await vi.waitFor(() =>
    expect(notices).toContainEqual(expect.objectContaining({ kind: 'oracle-words', text: 'You said Bye. ' })),
  );
  expect(server.sessions[0]?.complaints).toEqual([]);
});
