import { silentLogger } from '@oracle-calls/protocol';
import { CHAT_MAX_LENGTH, createPayloadId, QUESTION_MAX_LENGTH } from '@oracle-calls/protocol/data-frame';
import type { DataPayload, QuestionPayload } from '@oracle-calls/protocol/data-frame';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { Asking } from './asking.ts';
import { OFFER_WAIT_MS, QUESTION_WAIT_MS } from './call-user.ts';
import { OPEN_QUESTIONS_MAX } from './open-questions.ts';

const REQUEST = { tool: 'order', description: 'Order cakes?', argumentsText: '{"count":2}' };
const TEA = [
  { key: '1', label: 'Tea' },
  { key: '2', label: 'Coffee' },
] as const;

function scene() {
  const clock = new FakeClock();
  const sent: DataPayload[] = [];
  const heard: string[] = [];
  const send = (payload: DataPayload): void => void sent.push(payload);
  const asking = new Asking({ send, hear: (text) => void heard.push(text), clock, log: silentLogger });
  const questions = (): QuestionPayload[] => sent.filter((payload) => payload.kind === 'question');
  const over = (): unknown[] =>
    sent.flatMap((one) => (one.kind === 'control' && one.action === 'question-over' ? [one.question] : []));
  const idOf = (index = -1): string => questions().at(index)?.id ?? '';
  const allow = (isApproved = true, question = idOf()): void =>
    asking.receive({ id: createPayloadId(), kind: 'answer', answers: 'approval', question, isApproved });
  const press = (key: '1' | '2' | '3', question = idOf()): void =>
    asking.receive({ id: createPayloadId(), kind: 'answer', answers: 'choice', question, key });
  const abort = new AbortController();
  return { clock, sent, heard, asking, questions, over, idOf, allow, press, abort, signal: abort.signal };
}

describe('asking for approval', () => {
  it('shows the user exactly what was asked for, and resolves to the answer', async () => {
    for (const isApproved of [true, false]) {
      const { asking, signal, questions, allow, clock } = scene();
      const approved = asking.approve(REQUEST, signal);
      expect(questions()).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          kind: 'question',
          asks: 'approval',
          tool: 'order',
          text: 'Order cakes?',
          argumentsText: '{"count":2}',
          waitsMs: QUESTION_WAIT_MS,
        },
      ]);
      allow(isApproved);
      expect(await approved).toBe(isApproved);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('ends without a yes when the user does not answer, and a yes that comes then counts for nothing', async () => {
    const { asking, signal, allow, over, idOf, clock } = scene();
    const approved = asking.approve(REQUEST, signal);
    const refused = expect(approved).rejects.toThrow('The user did not answer.');
    await clock.advance(QUESTION_WAIT_MS);
    expect(over()).toEqual([idOf()]);
    allow(true);
    await refused;
  });

  it('counts the yes of the last moment, which was in time', async () => {
    const { asking, signal, allow, over, clock } = scene();
    const approved = asking.approve(REQUEST, signal);
    await clock.advance(QUESTION_WAIT_MS - 1);
    allow(true);
    await clock.advance(1);
    expect(await approved).toBe(true);
    expect(over()).toEqual([]);
  });

  it('is taken back with the answer that wanted it, also when the yes comes in the same moment', async () => {
    for (const isAnsweredFirst of [false, true]) {
      const { asking, signal, allow, abort, clock } = scene();
      const approved = asking.approve(REQUEST, signal);
      const reason = new Error('interrupted');
      const refused = expect(approved).rejects.toBe(reason);
      if (isAnsweredFirst) allow(true);
      abort.abort(reason);
      if (!isAnsweredFirst) allow(true);
      await refused;
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('shows nothing when what it shows would be cut', async () => {
    const { asking, signal, sent, clock } = scene();
    const tooLong = { ...REQUEST, argumentsText: JSON.stringify({ note: 'x'.repeat(4_000) }) };
    await expect(asking.approve(tooLong, signal)).rejects.toMatchObject({ code: 'ERR_DATA_MALFORMED' });
    // Within the length, and too many bytes for a frame.
    const tooLarge = { ...REQUEST, argumentsText: '\u0001'.repeat(4_000) };
    await expect(asking.approve(tooLarge, signal)).rejects.toMatchObject({ code: 'ERR_DATA_TOO_LARGE' });
    expect(sent).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks no more than a person can read', async () => {
    const { asking, signal, questions } = scene();
    const asked = Array.from({ length: OPEN_QUESTIONS_MAX + 1 }, () => asking.approve(REQUEST, signal));
    await expect(asked.at(-1)).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
    expect(questions()).toHaveLength(OPEN_QUESTIONS_MAX);
    asking[Symbol.dispose]();
    await Promise.allSettled(asked);
  });
});

describe('an answer', () => {
  it('to one question says nothing to another', async () => {
    const { asking, signal, allow, idOf } = scene();
    const first = asking.approve(REQUEST, signal);
    const second = asking.approve({ ...REQUEST, argumentsText: '{"count":200}' }, signal);
    allow(true, idOf(0));
    expect(await first).toBe(true);
    allow(false, idOf(1));
    expect(await second).toBe(false);
  });

  it('given in one attempt says nothing in the next', async () => {
    const { asking, signal, allow, over, idOf } = scene();
    const before = asking.approve(REQUEST, signal);
    const refused = expect(before).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
    const old = idOf();
    asking.takeAllBack();
    expect(over()).toEqual([old]);
    const again = asking.approve(REQUEST, signal);
    let isSettled = false;
    void again.finally(() => (isSettled = true));
    allow(true, old);
    await refused;
    expect(isSettled).toBe(false);
    allow(true);
    expect(await again).toBe(true);
  });
});

describe('quick replies', () => {
  it('resolve to the key that was pressed, of those that were offered', async () => {
    const { asking, press, clock } = scene();
    const chosen = asking.user.choose('What to drink?', TEA);
    press('3');
    press('2');
    press('1');
    expect(await chosen).toBe('2');
    expect(clock.pendingTimers).toBe(0);
  });

  it('that nobody presses resolve to nothing, in the time that was given', async () => {
    const { asking, clock, over } = scene();
    const chosen = asking.user.choose('What to drink?', TEA, { waitsMs: 5_000 });
    await clock.advance(5_000);
    expect(await chosen).toBeUndefined();
    expect(over()).toHaveLength(1);
    const patient = asking.user.choose('What to drink?', TEA, { waitsMs: 1e9 });
    await clock.advance(QUESTION_WAIT_MS);
    expect(await patient).toBeUndefined();
  });

  it('that nobody waits for are heard as the user’s turn', async () => {
    const { asking, press, heard, clock } = scene();
    asking.user.offer('What to drink?', TEA);
    press('1');
    await clock.settle();
    expect(heard).toEqual(['Tea']);
    press('2');
    await clock.settle();
    expect(heard).toEqual(['Tea']);
  });

  it('that nobody waits for go with their time, or are taken back', async () => {
    const { asking, over, signal, abort, clock } = scene();
    asking.user.offer('What to drink?', TEA, { signal });
    abort.abort();
    await clock.settle();
    expect(over()).toHaveLength(1);
    asking.user.offer('What to drink?', TEA);
    await clock.advance(OFFER_WAIT_MS);
    expect(over()).toHaveLength(2);
  });

  it.each([
    ['no choice', 'Which?', []],
    ['a key twice', 'Which?', [TEA[0], TEA[0]]],
    ['no question', '', TEA],
    ['a question that no screen shows', 'x'.repeat(QUESTION_MAX_LENGTH + 1), TEA],
  ])('are refused with %s', async (_what, text, choices) => {
    const { asking, sent } = scene();
    const malformed = expect.objectContaining({ code: 'ERR_DATA_MALFORMED' }) as Error;
    await expect(asking.user.choose(text, choices)).rejects.toEqual(malformed);
    expect(() => asking.user.offer(text, choices)).toThrow(malformed);
    expect(sent).toEqual([]);
  });
});

describe('the oracle’s chat', () => {
  it('is written by the oracle’s clock', () => {
    const { asking, sent, clock } = scene();
    asking.user.write('A map follows.');
    expect(sent).toMatchObject([{ kind: 'chat', text: 'A map follows.', sentAt: clock.now() }]);
    for (const text of ['', 'x'.repeat(CHAT_MAX_LENGTH + 1)]) expect(() => asking.user.write(text)).toThrow();
  });
});

it('when the call is over, nobody is asked, and whoever waited is told', async () => {
  const { asking, signal, sent, clock } = scene();
  const waiting = expect(asking.approve(REQUEST, signal)).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
  asking[Symbol.dispose]();
  await waiting;
  await expect(asking.approve(REQUEST, signal)).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
  asking.user.write('late');
  expect(sent.map(({ kind }) => kind)).toEqual(['question']);
  expect(clock.pendingTimers).toBe(0);
});
