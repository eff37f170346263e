import { BearerSecret } from '@oracle-calls/protocol';
import { describe, expect, it, test } from 'vitest';
import { openChatBrain } from '../chat/chat-brain.ts';
import { createRealtimeEndpoint } from '../realtime/realtime-endpoint.ts';
import { openRecognitionEndpoint } from '../recognition/recognition-endpoint.ts';
import { openSpeechEndpoint } from '../speech/speech-endpoint.ts';
import { openWebhookBrain } from '../webhook/webhook-brain.ts';
import { isPlainAddress } from './plain-address.ts';

test.each([
  ['http://models.example/v1', true],
  ['ws://models.example/v1', true],
  ['http://10.0.0.7:11434/v1', true],
  ['http://localhost.example/v1', true],
  ['http://127.0.0.1.example/v1', true],
  ['http://user@models.example/v1', true],
  ['HTTPS://models.example/v1', false],
  ['wss://models.example/v1', false],
  ['http://127.0.0.1:11434/v1', false],
  ['http://[::1]:11434/v1', false],
  ['ws://localhost:11434/v1', false],
])('%s: readable on the way is %s', (url, isPlain) => expect(isPlainAddress(url)).toBe(isPlain));

const PLAIN = 'http://models.example/v1';
const secret = new BearerSecret(`whsec_${Buffer.alloc(32, 1).toString('base64')}`, 'webhook secret');

describe.each([
  [
    'a chat model',
    (url: string) => openChatBrain({ endpoint: { baseUrl: url, model: 'm' }, instructions: '' }),
    'http://127.0.0.1:9/v1',
  ],
  ['a webhook', (url: string) => openWebhookBrain({ url, secret }), 'http://127.0.0.1:9/'],
  ['a recogniser', (url: string) => openRecognitionEndpoint({ baseUrl: url, model: 'm' }), 'http://127.0.0.1:9/v1'],
  [
    'a voice',
    (url: string) => openSpeechEndpoint({ baseUrl: url, model: 'm', voice: 'v' }, { sampleRate: 24_000 }),
    'http://127.0.0.1:9/v1',
  ],
  [
    'a realtime model',
    (url: string) => createRealtimeEndpoint({ url, model: 'm', role: () => ({ instructions: '' }) }),
    'ws://127.0.0.1:9/v1/realtime',
  ],
] as const)('%s', (_what, open, own) => {
  it('on another machine is not opened at a plain address', () => {
    expect(() => open(PLAIN)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }));
    expect(() => open(PLAIN)).toThrow('models.example');
  });

  it('on this machine is', () => {
    expect(() => open(own)).not.toThrow();
  });
});

test('with leave, what was said stands readable in the request: the twin of the refusal', async () => {
  const seen: string[] = [];
  const listening: typeof fetch = (input, init) => {
    seen.push(JSON.stringify([input, init?.body]));
    return Promise.resolve(new Response('', { status: 400 }));
  };
  const brain = openChatBrain({
    endpoint: { baseUrl: PLAIN, model: 'm', plaintext: 'allow', fetch: listening },
    instructions: '',
  });
  const answer = brain.answer([{ speaker: 'user', text: 'my PIN is 4711' }], { sessionId: 's' });
  await expect(answer[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFUSED' });
  expect(seen.join()).toMatch(/^\["http:\/\/models\.example.*my PIN is 4711/);
});
