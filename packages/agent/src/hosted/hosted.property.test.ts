import { BearerSecret, isOracleCallError } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { streamChat } from './chat/chat-stream.ts';
import { parseRealtimeEvent } from './realtime/realtime-events.ts';
import { openWebhookBrain } from './webhook/webhook-brain.ts';

/** Streams that come near the real thing: its own lines, cut and mixed with anything. */
const lines = fc.oneof(
  fc.constantFrom('data: [DONE]', 'event: text', 'event: tool', 'event: end', 'data: {}', '', '', ': wait'),
  fc.json().map((text) => `data: ${text}`),
  fc.json().map((text) => `data: {"choices":[{"delta":{"content":${text}}}]}`),
  fc.json().map((text) => `data: {"choices":[{"delta":{"tool_calls":${text}}}]}`),
  fc.json().map((text) => `data: {"text":${text}}`),
  fc.string({ unit: 'binary' }),
);
const streams = fc.array(lines).map((all) => all.join('\n'));

const clock = Object.assign(new FakeClock(), { sleep: () => Promise.resolve() });
const fetchOf = (text: string, contentType: string) => (): Promise<Response> =>
  Promise.resolve(new Response(text, { headers: { 'content-type': contentType } }));

async function outcomeOf(pieces: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of pieces) continue;
    return undefined;
  } catch (cause) {
    return cause;
  }
}
const isOurs = (outcome: unknown): boolean => outcome === undefined || isOracleCallError(outcome);

test('whatever a chat endpoint streams ends as an answer or as an error of ours', async () => {
  const property = fc.asyncProperty(streams, async (text) => {
    const endpoint = { baseUrl: 'http://127.0.0.1', model: 'm', clock, fetch: fetchOf(text, 'text/event-stream') };
    expect(isOurs(await outcomeOf(streamChat(endpoint, { messages: [], tools: [] })))).toBe(true);
  });
  await fc.assert(property);
});

test('whatever a webhook answers ends as an answer or as an error of ours', async () => {
  const secret = new BearerSecret(`whsec_${Buffer.alloc(32).toString('base64')}`, 'secret');
  const types = fc.constantFrom('text/event-stream', 'application/json', 'text/html');
  const property = fc.asyncProperty(fc.oneof(streams, fc.json()), types, async (text, type) => {
    const brain = openWebhookBrain({ url: 'http://127.0.0.1', secret, clock, fetch: fetchOf(text, type) });
    expect(isOurs(await outcomeOf(brain.answer([], { sessionId: 's' })))).toBe(true);
  });
  await fc.assert(property);
});

test('whatever a realtime model says is an event, nothing to us, or a complaint of the schema', () => {
  const types = fc.constantFrom(
    'response.output_audio.delta',
    'response.audio.delta',
    'response.done',
    'error',
    'other',
  );
  const values = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: types, delta: fc.jsonValue(), item_id: fc.jsonValue(), response: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(values, (value) => {
      try {
        parseRealtimeEvent(value);
      } catch (cause) {
        expect(Reflect.get(Object(cause), 'name')).toBe('ValiError');
      }
    }),
  );
});
