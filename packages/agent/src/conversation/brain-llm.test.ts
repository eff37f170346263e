import { initializeLogger, llm } from '@livekit/agents';
import { systemClock } from '@oracle-calls/protocol';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CallUser } from '../asking/call-user.ts';
import type { Brain, Turn } from '../brain/brain.ts';
import { createBrain } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { TurnSettling } from './turn-settling.ts';
import { BrainLlm, turnsOf } from './brain-llm.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

function chat(...messages: readonly [role: 'user' | 'assistant' | 'system', text: string][]): llm.ChatContext {
  const context = llm.ChatContext.empty();
  for (const [role, content] of messages) context.addMessage({ role, content });
  return context;
}

/** Says fixed pieces and remembers what it was asked. */
function scriptedBrain(pieces: readonly string[]): Brain & { asked: (readonly Turn[])[] } {
  const asked: (readonly Turn[])[] = [];
  return {
    title: 'scripted',
    place: ON_THIS_MACHINE,
    asked,
    async *answer(turns) {
      asked.push(turns);
      await Promise.resolve();
      yield* pieces;
    },
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe('a brain behind the framework', () => {
  it('sees what was said, and none of the framework’s instructions', () => {
    expect(turnsOf(chat(['system', 'Be kind.'], ['user', 'Hello.'], ['assistant', 'Hi!'], ['user', '']))).toEqual([
      { speaker: 'user', text: 'Hello.' },
      { speaker: 'oracle', text: 'Hi!' },
    ]);
  });

  it('answers in pieces as they come', async () => {
    const brain = scriptedBrain(['It is ', 'Paris.']);
    const stream = new BrainLlm(brain, { sessionId: 's' }).chat({ chatCtx: chat(['user', 'Which city?']) });
    expect((await stream.collect()).text).toBe('It is Paris.');
    expect(brain.asked).toEqual([[{ speaker: 'user', text: 'Which city?' }]]);
  });

  it('is told where an answer was interrupted, with what was heard of it', () => {
    const context = chat(['user', 'Tell me.']);
    context.addMessage({ role: 'assistant', content: 'Once upon', interrupted: true });
    expect(turnsOf(context)[1]).toEqual({ speaker: 'oracle', text: 'Once upon', isInterrupted: true });
  });

  it('can have the user asked about a tool', async () => {
    const approve = vi.fn(() => Promise.resolve(true));
    const brain = createBrain({
      title: 'asks',
      place: ON_THIS_MACHINE,
      async *answer(_turns, _context, how = {}) {
        const request = { tool: 'order', description: 'Orders.', argumentsText: '{}' };
        yield String(await how.approve?.(request, new AbortController().signal));
      },
    });
    const stream = new BrainLlm(brain, { sessionId: 's' }, { approve }).chat({ chatCtx: chat(['user', 'Order.']) });
    expect((await stream.collect()).text).toBe('true');
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it('knows of an answer that is begun early when the turn is over', async () => {
    const settling = new TurnSettling(systemClock);
    const log: string[] = [];
    const brain = createBrain({
      title: 'waits',
      place: ON_THIS_MACHINE,
      async *answer(_turns, _context, { settled } = {}) {
        log.push('asked');
        await settled;
        log.push('settled');
        yield 'done';
      },
    });
    const stream = new BrainLlm(brain, { sessionId: 's' }, { settling }).chat({ chatCtx: chat(['user', 'Order.']) });
    await vi.waitFor(() => expect(log).toEqual(['asked']));
    settling.complete('order');
    await stream.collect();
    expect(log).toEqual(['asked', 'settled']);
  });
});

describe('an answer that waits for the user’s touch', () => {
  it('says so at once, where it waits', async () => {
    const approve = vi.fn(() => Promise.resolve(true));
    const user: CallUser = {
      choose: () => Promise.resolve('1'),
      offer: () => undefined,
      write: () => undefined,
    };
    const brain = createBrain({
      title: 'asks',
      place: ON_THIS_MACHINE,
      async *answer(_turns, context, how = {}) {
        yield 'Let me see. ';
        const request = { tool: 'order', description: 'Orders.', argumentsText: '{}', spoken: 'Please confirm.' };
        await how.approve?.(request, new AbortController().signal);
        yield `Ordered ${await context.user?.choose('Which?', [{ key: '1', label: 'Tea' }])}.`;
      },
    });
    const llmOfCall = new BrainLlm(brain, { sessionId: 's', user }, { approve });
    const order: string[] = [];
    for await (const { delta } of llmOfCall.chat({ chatCtx: chat(['user', 'Order.']) }))
      order.push(delta?.content ?? '');
    // Each a whole sentence with the end of its line, which the voice waits for.
    expect(order).toEqual(['Let me see. ', 'Please confirm.\n', 'Which?\n', 'Ordered 1.']);
  });
});
