import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import type { AnswerOptions, Turn } from '../../brain/brain.ts';
import type { Library } from '../../documents/library.ts';
import { createCallMemory } from '../../memory/call-memory.ts';
import { defineTool } from '../../tools/tool.ts';
import { ToolBox } from '../../tools/tool-box.ts';
import {
  event,
  json,
  ScriptedService,
  silence,
  status,
  stream,
  streamStalled,
  streamTorn,
} from '../scripted-service.fixture.ts';
import type { Reply } from '../scripted-service.fixture.ts';
import { openChatBrain } from './chat-brain.ts';
import type { ChatBrainOptions } from './chat-brain.ts';

const delta = (content: string): string => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const finish = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const role = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
const done = event('[DONE]');
const says = (...pieces: string[]): Reply => stream(role, ...pieces.map(delta), finish, done);

const toolDelta = (index: number, call: object): string =>
  event({ choices: [{ delta: { tool_calls: [{ index, ...call }] }, finish_reason: null }] });
const wants = (name: string, ...argumentPieces: string[]): Reply =>
  stream(
    role,
    toolDelta(0, { id: 'call-7', type: 'function', function: { name, arguments: '' } }),
    ...argumentPieces.map((piece) => toolDelta(0, { function: { arguments: piece } })),
    event({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] }),
    done,
  );

const question: readonly Turn[] = [{ speaker: 'user', text: 'Which city?' }];
let service: ScriptedService;
beforeEach(async () => {
  service = await ScriptedService.open();
});
afterEach(() => service[Symbol.asyncDispose]());

const brain = (options: Partial<ChatBrainOptions> = {}, endpoint: Partial<ChatBrainOptions['endpoint']> = {}) =>
  openChatBrain({
    instructions: 'You are Ada.',
    // Pauses between attempts are nothing here.
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    ...options,
    endpoint: { baseUrl: `${service.url}/v1`, model: 'small', ...endpoint },
  });

async function ask(how?: AnswerOptions, options?: Partial<ChatBrainOptions>, turns = question): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of brain(options).answer(turns, { sessionId: 's' }, how)) pieces.push(piece);
  return pieces;
}
const refusedWith = (code: string): unknown => expect.objectContaining({ code });

describe('a chat endpoint', () => {
  it('is asked with key, model and turns, and its answer is read as it is written', async () => {
    service.replies = [says('It is ', 'Paris.')];
    const key = new BearerSecret('sk-secret', 'key');
    const pieces: string[] = [];
    for await (const piece of brain({}, { key, temperature: 0.3, maxTokens: 90 }).answer(question, { sessionId: 's' }))
      pieces.push(piece);
    expect(pieces).toEqual(['It is ', 'Paris.']);
    expect(service.requests[0]?.path).toBe('/v1/chat/completions');
    expect(service.requests[0]?.headers.authorization).toBe('Bearer sk-secret');
    expect(service.bodies[0]).toMatchObject({ model: 'small', stream: true, temperature: 0.3, max_tokens: 90 });
    expect(service.bodies[0]).not.toHaveProperty('tools');
  });

  it('may cut its stream anywhere, letters of several bytes included', async () => {
    const bytes = Buffer.from(`: ping\r\n\r\n${delta('Grüß 👋')}${finish}${done}`);
    service.replies = [stream(...Array.from(bytes, (byte) => Uint8Array.of(byte)))];
    expect((await ask()).join('')).toBe('Grüß 👋');
  });

  it('may think aloud, and is not heard thinking', async () => {
    service.replies = [says('<thi', 'nk>Hm. Paris', '?</think>\n\n', 'It is ', 'Paris.')];
    expect((await ask()).join('')).toBe('It is Paris.');
  });

  it('need not send the last marker when it has said that it finished', async () => {
    service.replies = [stream(delta('Yes.'), finish)];
    expect(await ask()).toEqual(['Yes.']);
  });

  it('is told the oracle’s instructions, the language, and where it was interrupted', async () => {
    service.replies = [says('Ja.')];
    const turns: Turn[] = [
      { speaker: 'user', text: 'Tell me.' },
      { speaker: 'oracle', text: 'Once upon ', isInterrupted: true },
      { speaker: 'user', text: 'Shorter.' },
    ];
    for await (const _ of brain().answer(turns, { sessionId: 's', language: 'de' })) continue;
    const { messages } = v.parse(v.object({ messages: v.array(v.record(v.string(), v.string())) }), service.bodies[0]);
    expect(messages[0]?.['content']).toMatch(/^You are Ada\.[^]*language is de/);
    expect(messages.slice(1)).toEqual([
      { role: 'user', content: 'Tell me.' },
      { role: 'assistant', content: 'Once upon —' },
      { role: 'user', content: 'Shorter.' },
    ]);
  });

  it('goes on from what was said before the answer broke off', async () => {
    service.replies = [says('Paris.')];
    expect(await ask({ alreadySaid: 'It is ' })).toEqual(['Paris.']);
    expect(JSON.stringify(service.bodies[0])).toContain('{"role":"assistant","content":"It is "}');
  });

  it('gets the passages of the documents with the question', async () => {
    const passage = { document: 'House guide', heading: 'Pets', sentences: ['Cats cannot stay.'] };
    const search = vi.fn(() => Promise.resolve([{ passage, sentence: 0, score: 0.7 }]));
    const library: Library = { documents: ['House guide'], passages: [passage], search };
    service.replies = [says('No.')];
    await ask({}, { library });
    expect(search).toHaveBeenCalledWith('Which city?', expect.objectContaining({ count: 3 }));
    expect(JSON.stringify(service.bodies[0])).toContain('[House guide, Pets]\\nCats cannot stay.');
  });

  it('is told what was said in earlier calls before what was said in this one, under a bound, and what was noted', async () => {
    service.replies = [says('Hi.')];
    const turns = Array.from(
      { length: 90 },
      (_, at) => ({ speaker: at % 2 === 0 ? 'user' : 'oracle', text: `turn ${at} ${'x'.repeat(300)}`, at }) as const,
    );
    const memory = createCallMemory({ turns, notes: { name: 'Ada' } });
    for await (const _piece of brain().answer(question, { sessionId: 's', memory }));
    const { messages } = v.parse(
      v.object({ messages: v.array(v.object({ role: v.string(), content: v.string() })) }),
      service.bodies[0],
    );
    const [system, ...said] = messages;
    expect(said.at(-1)).toEqual({ role: 'user', content: 'Which city?' });
    expect(said.at(-2)).toMatchObject({ role: 'assistant', content: expect.stringContaining('turn 89') });
    // Of 90 turns of 300 letters, the newest 8,000 letters.
    expect(said).toHaveLength(1 + 25);
    expect(system?.content).toMatch(
      /The first 25 messages are from earlier calls[^]*Noted in this session[^]*{"name":"Ada"}/,
    );
  });

  it('is said to be this machine or another by its address, unless the operator knows better', () => {
    expect(brain().place).toEqual({ where: 'this-machine' });
    const hosted = openChatBrain({ instructions: '', endpoint: { baseUrl: 'https://api.example/v1', model: 'm' } });
    expect([hosted.title, hosted.place]).toEqual([
      'm at api.example',
      { where: 'sent-to', host: 'api.example', what: ['text'] },
    ]);
    const place = { where: 'sent-to', host: 'behind.example', what: ['text'] } as const;
    expect(brain({ place }).place).toEqual(place);
  });
});

describe('a chat endpoint that fails', () => {
  it.each([
    ['is overloaded', status(503)],
    ['limits requests for a moment', status(429, { 'retry-after': '0' })],
    ['tears the connection before the first word', streamTorn(role)],
    ['ends before the first word', stream(role)],
  ])('before the first word is asked again when it %s', async (_what, failure) => {
    service.replies = [failure, says('Paris.')];
    expect(await ask()).toEqual(['Paris.']);
    expect(service.requests).toHaveLength(2);
  });

  it('is asked three times at most', async () => {
    service.replies = [status(500)];
    await expect(ask()).rejects.toEqual(refusedWith('ERR_UPSTREAM_MODEL'));
    expect(service.requests).toHaveLength(3);
  });

  it.each([
    ['tears the connection', streamTorn(delta('It is '))],
    ['ends without having finished', stream(delta('It is '))],
    ['reports an error', stream(delta('It is '), event({ error: { message: 'out of memory', code: 500 } }))],
  ])('after the first word is not asked again when it %s', async (_what, failure) => {
    service.replies = [failure];
    const pieces: string[] = [];
    const read = (async () => {
      for await (const piece of brain().answer(question, { sessionId: 's' })) pieces.push(piece);
    })();
    await expect(read).rejects.toEqual(refusedWith('ERR_UPSTREAM_MODEL'));
    expect([pieces, service.requests.length]).toEqual([['It is '], 1]);
  });

  it.each([
    ['does not know the key', status(401), 'ERR_UPSTREAM_REFUSED'],
    ['does not know the model', status(404), 'ERR_UPSTREAM_REFUSED'],
    ['wants a longer pause than anybody waits', status(429, { 'retry-after': '60' }), 'ERR_UPSTREAM_LIMITED'],
    ['answers no stream', json({ choices: [] }), 'ERR_UPSTREAM_MALFORMED'],
    ['writes no JSON', stream(event('{"choices":')), 'ERR_UPSTREAM_MALFORMED'],
    ['writes other JSON', stream(event({ choices: 'none' })), 'ERR_UPSTREAM_MALFORMED'],
    ['wants a tool without a name', stream(toolDelta(0, { id: 'x' }), finish, done), 'ERR_UPSTREAM_MALFORMED'],
    ['wants a tool that it was not offered', wants('drop'), 'ERR_UPSTREAM_MALFORMED'],
  ])('is asked once when it %s', async (_what, failure, code) => {
    service.replies = [failure];
    await expect(ask()).rejects.toEqual(refusedWith(code));
    expect(service.requests).toHaveLength(1);
  });

  it('gets the key nowhere else by a redirect', async () => {
    await using elsewhere = await ScriptedService.open(says('Stolen.'));
    service.replies = [status(307, { location: elsewhere.url })];
    await expect(ask()).rejects.toEqual(refusedWith('ERR_UPSTREAM_MODEL'));
    expect(elsewhere.requests).toEqual([]);
  });

  it('is not waited for without end, before the first byte or after', async () => {
    service.replies = [silence, silence, silence];
    const bounds = { firstByteMaxMs: 20, idleMaxMs: 20 };
    const read = async (): Promise<string[]> => {
      const pieces: string[] = [];
      for await (const piece of brain({}, bounds).answer(question, { sessionId: 's' })) pieces.push(piece);
      return pieces;
    };
    await expect(read()).rejects.toEqual(refusedWith('ERR_UPSTREAM_TIMEOUT'));
    service.replies = [streamStalled(delta('It is '))];
    await expect(read()).rejects.toEqual(refusedWith('ERR_UPSTREAM_TIMEOUT'));
  });

  it('keeps what it says of the conversation out of the error', async () => {
    service.replies = [status(400, {}, 'Which city?')];
    await expect(ask()).rejects.toSatisfy((cause) => !JSON.stringify(cause).includes('city'));
  });

  it('is hung up on when the answer is not wanted any more', async () => {
    service.replies = [streamStalled(delta('It is '))];
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const read = (async () => {
      for await (const _ of brain().answer(question, { sessionId: 's' }, { signal: abort.signal })) abort.abort(reason);
    })();
    await expect(read).rejects.toBe(reason);
    await service.requests[0]?.closed;
  });

  it('is hung up on when it does not even begin as it should', async () => {
    service.replies = [
      async (response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        await new Promise((resolve) => response.write('<p>', resolve));
      },
    ];
    await expect(ask()).rejects.toEqual(refusedWith('ERR_UPSTREAM_MALFORMED'));
    await service.requests[0]?.closed;
  });

  it('is hung up on when nobody reads on', async () => {
    service.replies = [streamStalled(delta('It is '))];
    for await (const _ of brain().answer(question, { sessionId: 's' })) break;
    await service.requests[0]?.closed;
  });
});

describe('tools of a chat endpoint', () => {
  const weather = defineTool({
    name: 'weather',
    description: 'The weather in a place.',
    parameters: v.object({ place: v.string() }),
    run: ({ place }) => ({ place, sky: 'rain' }),
  });
  const tools = new ToolBox([weather]);

  it('are offered, run, and told back under the same id', async () => {
    service.replies = [wants('weather', '{"pla', 'ce":"Lyon"}'), says('Rain in Lyon.')];
    expect(await ask({}, { tools })).toEqual(['Rain in Lyon.']);
    expect(service.bodies[0]).toMatchObject({
      tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', required: ['place'] } } }],
    });
    const { messages } = v.parse(v.object({ messages: v.array(v.unknown()) }), service.bodies[1]);
    const call = { id: 'call-7', type: 'function', function: { name: 'weather', arguments: '{"place":"Lyon"}' } };
    expect(messages.slice(-2)).toEqual([
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call-7', content: '{"place":"Lyon","sky":"rain"}' },
    ]);
  });

  it('do not run on and on: in the last round the model is offered none', async () => {
    service.replies = [wants('weather', '{"place":"Lyon"}')];
    await expect(ask({}, { tools })).rejects.toEqual(refusedWith('ERR_UPSTREAM_MALFORMED'));
    expect(service.requests).toHaveLength(5);
    expect(service.bodies[4]).not.toHaveProperty('tools');
  });

  it('that were run are not run again when the next round is asked twice', async () => {
    const run = vi.fn(() => 'rain');
    service.replies = [wants('weather', '{"place":"Lyon"}'), status(503), says('Rain.')];
    expect(await ask({}, { tools: new ToolBox([{ ...weather, run }]) })).toEqual(['Rain.']);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
