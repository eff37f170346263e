import { ReadableStream } from 'node:stream/web';
import { inference, initializeLogger, voice } from '@livekit/agents';
import { beforeAll, expect, test, vi } from 'vitest';
import { createBrain, questionOf } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { BrainLlm } from './brain-llm.ts';
import { TalkingAgent } from './talking-agent.ts';
import { TurnSettling } from './turn-settling.ts';
import { systemClock } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';

/*
 * The framework itself asks for answers before it knows that a turn is over. These tests call its own steps, as its recognition does,
 * so that another version that does it otherwise is noticed.
 */
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

interface Steps {
  onPreemptiveGeneration(info: object): void;
  onEndOfTurn(info: object): Promise<unknown>;
}

const isSteps = (value: unknown): value is Steps =>
  typeof value === 'object' && value !== null && 'onPreemptiveGeneration' in value && 'onEndOfTurn' in value;

const heard = (newTranscript: string): object => ({
  newTranscript,
  transcriptConfidence: 1,
  startedSpeakingAt: systemClock.now() - 500,
  stoppedSpeakingAt: systemClock.now(),
  transcriptionDelay: 1,
  endOfUtteranceDelay: 1,
});

async function scene() {
  const log: string[] = [];
  const brain = createBrain({
    title: 'waits',
    place: ON_THIS_MACHINE,
    async *answer(turns, _context, { settled } = {}) {
      const question = questionOf(turns);
      log.push(`asked ${settled === undefined ? 'late' : 'early'}: ${question}`);
      await settled;
      log.push(`settled: ${question}`);
      yield 'Done.';
    },
  });
  const clock = new FakeClock();
  const settling = new TurnSettling(clock);
  const session = new voice.AgentSession({
    llm: new BrainLlm(brain, { sessionId: 's' }, { settling }),
    turnHandling: { turnDetection: 'manual' },
    userAwayTimeout: null,
  });
  await session.start({
    agent: new TalkingAgent({
      vad: new inference.VAD(),
      hear: () => undefined,
      speak: () => new ReadableStream(),
      settling,
    }),
    record: false,
  });
  const steps: unknown = Reflect.get(session, 'activity') ?? Reflect.get(session, '_activity');
  if (!isSteps(steps)) throw new TypeError('the framework does this otherwise now');
  return { log, clock, settling, steps, session, [Symbol.asyncDispose]: () => session.close() };
}

test('an answer that was begun early is settled by the end of its turn, and asked for once', async () => {
  await using at = await scene();
  at.steps.onPreemptiveGeneration(heard('order a taxi'));
  await vi.waitFor(() => expect(at.log).toEqual(['asked early: order a taxi']));
  await at.steps.onEndOfTurn(heard('Order a taxi.'));
  await at.clock.advance(0);
  await vi.waitFor(() => expect(at.log).toEqual(['asked early: order a taxi', 'settled: order a taxi']));
});

test('an answer to words that the user went on from is never settled', async () => {
  await using at = await scene();
  at.steps.onPreemptiveGeneration(heard('order a taxi'));
  await vi.waitFor(() => expect(at.log).toHaveLength(1));
  await at.steps.onEndOfTurn(heard('order a taxi tomorrow'));
  const expected = ['asked early: order a taxi', 'asked late: order a taxi tomorrow', 'settled: order a taxi tomorrow'];
  await vi.waitFor(() => expect(at.log).toEqual(expected));
});

test('an answer that was begun before an interrupted one was written down is never settled, and asked for again', async () => {
  await using at = await scene();
  at.steps.onPreemptiveGeneration(heard('order a taxi'));
  await vi.waitFor(() => expect(at.log).toHaveLength(1));
  const known = at.session.currentAgent.chatCtx.copy();
  known.addMessage({ role: 'assistant', content: 'As I was' });
  await at.session.currentAgent.updateChatCtx(known);
  await at.steps.onEndOfTurn(heard('Order a taxi.'));
  await vi.waitFor(() => expect(at.log.at(-1)).toBe('settled: Order a taxi.'));
  await at.clock.advance(0);
  expect(at.log).toEqual(['asked early: order a taxi', 'asked late: Order a taxi.', 'settled: Order a taxi.']);
});

test('an answer to a written turn has nothing to wait for', async () => {
  await using at = await scene();
  at.settling.complete('Hello.');
  at.session.generateReply({ userInput: 'Hello.', inputModality: 'text' });
  await vi.waitFor(() => expect(at.log).toEqual(['asked late: Hello.', 'settled: Hello.']));
});
