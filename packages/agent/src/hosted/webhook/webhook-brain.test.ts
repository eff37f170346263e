import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnswerOptions, CallContext, Turn } from '../../brain/brain.ts';
import { createCallMemory } from '../../memory/call-memory.ts';
import { defineTool } from '../../tools/tool.ts';
import { ToolBox } from '../../tools/tool-box.ts';
import {
  event,
  json,
  ScriptedService,
  status,
  stream,
  streamStalled,
  streamTorn,
} from '../scripted-service.fixture.ts';
import { SeenRequests, verifyRequest } from './signature.ts';
import { openWebhookBrain } from './webhook-brain.ts';

const secret = new BearerSecret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, 'webhook secret');
const turns: readonly Turn[] = [{ speaker: 'user', text: 'Which city?' }];
const context: CallContext = {
  sessionId: 's',
  userDid: 'did:key:zUser',
  language: 'en',
  voice: 'joe',
  comparisonCode: '0123456789',
};
const end = event({}, 'end');
const says = (text: string): string => event({ text }, 'text');
const refusedWith = (code: string): unknown => expect.objectContaining({ code });

const roll = defineTool({
  name: 'roll',
  description: 'Rolls dice.',
  parameters: v.object({ sides: v.number() }),
  run: ({ sides }) => `a ${sides}`,
});

let service: ScriptedService;
beforeEach(async () => {
  service = await ScriptedService.open();
});
afterEach(() => service[Symbol.asyncDispose]());

const brain = (tools?: ToolBox) =>
  openWebhookBrain({
    url: `${service.url}/oracle?tenant=7`,
    secret,
    tools,
    clock: { ...systemClock, sleep: () => Promise.resolve() },
  });

async function ask(how?: AnswerOptions, tools?: ToolBox): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of brain(tools).answer(turns, context, how)) pieces.push(piece);
  return pieces;
}

describe('a service that answers for the oracle', () => {
  it('is sent what is remembered of the session', async () => {
    service.replies = [stream(says('Hi.'), end)];
    const body = { turns: [{ speaker: 'user', text: 'Earlier.', at: 1 } as const], notes: { name: 'Ada' } };
    for await (const _piece of brain().answer(turns, { ...context, memory: createCallMemory(body) }));
    expect(service.bodies[0]).toMatchObject({ session: { id: 's', memory: body } });
  });

  it('is sent the turns and the session, and streams its words', async () => {
    service.replies = [stream(says('It is '), says('Paris.'), event({}, 'later'), end)];
    expect(await ask()).toEqual(['It is ', 'Paris.']);
    expect(service.requests[0]?.path).toBe('/oracle?tenant=7');
    expect(service.bodies[0]).toEqual({
      version: 1,
      type: 'answer',
      answerId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      session: { id: 's', userDid: 'did:key:zUser', language: 'en', voice: 'joe' },
      turns: [{ speaker: 'user', text: 'Which city?' }],
      canLook: false,
      alreadySaid: '',
      isTentative: false,
      tools: [],
      toolResults: [],
    });
  });

  it('is never told the comparison code, which would prove nothing coming from there', async () => {
    service.replies = [json({ text: 'Paris.' })];
    await ask();
    expect(service.requests[0]?.body.toString()).not.toContain('0123456789');
  });

  it('may answer in one piece', async () => {
    service.replies = [json({ text: 'Paris.' })];
    expect(await ask()).toEqual(['Paris.']);
  });

  it('signs for nothing: each request is signed, fresh and of an id of its own', async () => {
    service.replies = [status(503), stream(says('Paris.'), end)];
    await ask();
    const seen = new SeenRequests();
    expect(service.requests).toHaveLength(2);
    for (const { headers, body } of service.requests) {
      const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      verifyRequest({ headers: signed, body: body.toString(), secret, now: systemClock.now(), seen });
    }
  });

  it('has the agent’s tools run for it, and is told what they gave', async () => {
    service.replies = [
      stream(says('Let me see. '), event({ id: 't1', name: 'roll', arguments: { sides: 6 } }, 'tool'), end),
      json({ text: 'A six.' }),
    ];
    expect(await ask({}, new ToolBox([roll]))).toEqual(['Let me see. ', 'A six.']);
    const [first, second] = service.bodies;
    expect(first).toMatchObject({ tools: [{ name: 'roll', needsApproval: false }] });
    expect(second).toMatchObject({
      answerId: Reflect.get(Object(first), 'answerId'),
      alreadySaid: 'Let me see. ',
      toolResults: [{ id: 't1', name: 'roll', arguments: { sides: 6 }, result: 'a 6', isError: false }],
    });
  });

  it('is told that the user may not have finished, and of an answer what was said already', async () => {
    service.replies = [json({ text: 'x' })];
    await ask({ settled: Promise.resolve(), alreadySaid: 'It ' });
    expect(service.bodies[0]).toMatchObject({ isTentative: true, alreadySaid: 'It ' });
  });

  it('is told so for as long as it is so: what it looks up meanwhile ends no turn', async () => {
    service.replies = [json({ tools: [{ id: 'a', name: 'roll', arguments: { sides: 6 } }] }), json({ text: 'A six.' })];
    const tools = new ToolBox([{ ...roll, isLookup: true }]);
    const acted = vi.fn();
    await ask({ settled: new Promise(() => undefined), acted }, tools);
    expect(service.bodies).toMatchObject([{ isTentative: true }, { isTentative: true }]);
    expect(acted).not.toHaveBeenCalled();
    // The twin: a tool that waits for the end of the turn, which comes.
    service.requests.length = 0;
    service.replies = [json({ tools: [{ id: 'a', name: 'roll', arguments: { sides: 6 } }] }), json({ text: 'A six.' })];
    await ask({ settled: Promise.resolve(), acted }, new ToolBox([roll]));
    expect(service.bodies).toMatchObject([{ isTentative: true }, { isTentative: false }]);
    // Whoever would begin it anew is told that the service may have done something.
    expect(acted).toHaveBeenCalled();
  });

  it.each(['the user', 'whoever reads'])('is told when %s wants no more', async (who) => {
    service.replies = [streamStalled(says('It is ')), status(204)];
    const abort = new AbortController();
    const asked = brain();
    const read = (async () => {
      for await (const _ of asked.answer(turns, context, { signal: abort.signal })) {
        if (who === 'the user') abort.abort(new Error('interrupted'));
        else break;
      }
    })();
    await read.catch(() => undefined);
    await asked.close();
    const [first, notice] = service.bodies;
    expect(notice).toEqual({
      version: 1,
      type: 'interruption',
      answerId: Reflect.get(Object(first), 'answerId'),
      session: { id: 's', userDid: 'did:key:zUser', language: 'en', voice: 'joe' },
      received: 'It is ',
    });
  });
});

describe('a service that fails', () => {
  it.each([
    ['refuses', status(401), 'ERR_UPSTREAM_REFUSED', 1],
    ['is away', status(502), 'ERR_UPSTREAM_MODEL', 3],
    ['says that it failed for good', stream(event({ isRetryable: false }, 'error')), 'ERR_UPSTREAM_REFUSED', 1],
    ['says that it may work again', stream(event({ isRetryable: true }, 'error')), 'ERR_UPSTREAM_MODEL', 3],
    ['ends without the end', stream(says('It is ')), 'ERR_UPSTREAM_MODEL', 1],
    ['tears the connection after a word', streamTorn(says('It is ')), 'ERR_UPSTREAM_MODEL', 1],
    ['answers in another form', status(200, { 'content-type': 'text/html' }, '<p>'), 'ERR_UPSTREAM_MALFORMED', 1],
    ['sends a text that is none', stream(event({ text: 7 }, 'text')), 'ERR_UPSTREAM_MALFORMED', 1],
    ['wants a tool where there is none', json({ tools: [{ id: 'a', name: 'roll' }] }), 'ERR_UPSTREAM_MALFORMED', 1],
  ])('and %s is understood', async (_what, reply, code, times) => {
    service.replies = [reply];
    await expect(ask()).rejects.toEqual(refusedWith(code));
    expect(service.requests).toHaveLength(times);
  });

  it('and wants tools without end is stopped', async () => {
    const run = vi.fn(() => 'again');
    service.replies = [json({ tools: [{ id: 'a', name: 'roll', arguments: { sides: 6 } }] })];
    await expect(ask({}, new ToolBox([{ ...roll, run }]))).rejects.toEqual(refusedWith('ERR_UPSTREAM_MALFORMED'));
    expect(run).toHaveBeenCalledTimes(4);
  });
});

it.each(['secret', 'whsec_', `whsec_${Buffer.alloc(8).toString('base64')}`])(
  'a secret like %s is refused at once',
  (text) => {
    expect(() =>
      openWebhookBrain({ url: 'http://127.0.0.1', secret: new BearerSecret(text, 'webhook secret') }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error);
  },
);
