import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Brain, CallContext, Turn } from '../brain/brain.ts';
import type { Still, UserEyes } from '../sight/still.ts';
import { openChatBrain } from './chat/chat-brain.ts';
import { event, json, ScriptedService, stream } from './scripted-service.fixture.ts';
import { openWebhookBrain } from './webhook/webhook-brain.ts';

const STILL: Still = { jpeg: Uint8Array.of(1, 2, 3), width: 4, height: 3, source: 'camera' };
const BASE64 = 'AQID';
const clock = { ...systemClock, sleep: () => Promise.resolve() };
const end = event({}, 'end');
const says = (text: string): string => event({ text }, 'text');
const look = event({}, 'look');

let service: ScriptedService;
beforeEach(async () => {
  service = await ScriptedService.open();
});
afterEach(() => service[Symbol.asyncDispose]());

async function ask(brain: Brain, turns: readonly Turn[], context: Partial<CallContext> = {}): Promise<string> {
  let text = '';
  for await (const piece of brain.answer(turns, { sessionId: 's', ...context })) text += piece;
  return text;
}

/** Eyes that count how often somebody looks. */
function eyes(still: Still | undefined = STILL): UserEyes & { looks: number } {
  const own = {
    looks: 0,
    look: () => {
      own.looks += 1;
      return Promise.resolve(still);
    },
  };
  return own;
}

describe('a chat model that sees', () => {
  const chat = (vision?: boolean): Brain =>
    openChatBrain({
      instructions: 'You are Ada.',
      endpoint: { baseUrl: `${service.url}/v1`, model: 'm' },
      vision,
      clock,
    });
  const answer = (): string => event({ choices: [{ delta: { content: 'A cat.' }, finish_reason: 'stop' }] });

  it('wants a picture with each turn, and one that does not wants none', () => {
    expect([chat(true).wantsStills, chat(false).wantsStills, chat().wantsStills]).toEqual([true, false, undefined]);
  });

  it('is sent the picture as part of the turn that it goes with', async () => {
    service.replies = [stream(answer(), event('[DONE]'))];
    const turns: Turn[] = [
      { speaker: 'user', text: 'Hello.' },
      { speaker: 'oracle', text: 'Hello.' },
      { speaker: 'user', text: 'What is this?', still: STILL },
    ];
    expect(await ask(chat(true), turns)).toBe('A cat.');
    const { messages } = service.bodies[0] as { messages: unknown[] };
    expect(messages.slice(1)).toEqual([
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hello.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '[What the user’s camera sees now.]' },
          { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${BASE64}` } },
          { type: 'text', text: 'What is this?' },
        ],
      },
    ]);
  });
});

describe('a service that may look', () => {
  const webhook = (vision?: boolean): Brain =>
    openWebhookBrain({
      url: service.url,
      secret: new BearerSecret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, 'webhook secret'),
      vision,
      clock,
    });
  const turns: Turn[] = [{ speaker: 'user', text: 'What is this?' }];

  it('gets a picture when it asks, and goes on from what it has said', async () => {
    const own = eyes();
    service.replies = [stream(says('Let me see. '), look, end), stream(says('A cat.'), end)];
    expect(await ask(webhook(true), turns, { eyes: own })).toBe('Let me see. A cat.');
    expect(service.bodies[0]).toMatchObject({ canLook: true });
    expect(service.bodies[0]).not.toHaveProperty('still');
    const still = { mediaType: 'image/jpeg', base64: BASE64, width: 4, height: 3, source: 'camera' };
    expect(service.bodies[1]).toMatchObject({ canLook: false, alreadySaid: 'Let me see. ', still });
    expect(own.looks).toBe(1);
  });

  it('may ask in an answer of one piece', async () => {
    service.replies = [json({ look: true }), json({ text: 'A cat.' })];
    expect(await ask(webhook(true), turns, { eyes: eyes() })).toBe('A cat.');
  });

  it('learns that nothing is shown', async () => {
    const nobody: UserEyes = { look: () => Promise.resolve(undefined) };
    service.replies = [stream(look, end), stream(says('Nothing.'), end)];
    expect(await ask(webhook(true), turns, { eyes: nobody })).toBe('Nothing.');
    expect(service.bodies[1]).toMatchObject({ canLook: false, still: null });
  });

  it.each([
    ['without vision', undefined, true],
    ['in a call without eyes', true, false],
  ])('is offered no look %s, and one that wants it all the same fails', async (_when, vision, hasEyes) => {
    const own = eyes();
    service.replies = [stream(look, end)];
    const asking = ask(webhook(vision), turns, hasEyes ? { eyes: own } : {});
    await expect(asking).rejects.toMatchObject({ code: 'ERR_UPSTREAM_MALFORMED' });
    expect(service.bodies[0]).toMatchObject({ canLook: false });
    expect(own.looks).toBe(0);
  });

  it('looks once for an answer', async () => {
    service.replies = [stream(look, end), stream(look, end)];
    const own = eyes();
    await expect(ask(webhook(true), turns, { eyes: own })).rejects.toMatchObject({ code: 'ERR_UPSTREAM_MALFORMED' });
    expect(own.looks).toBe(1);
  });
});
