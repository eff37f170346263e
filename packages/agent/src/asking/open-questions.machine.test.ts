import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { AnswerPayload, QuestionPayload } from '@oracle-calls/protocol/data-frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_QUESTIONS, OPEN_QUESTIONS_MAX, stepQuestions } from './open-questions.ts';
import type { OpenQuestions, QuestionEffect, QuestionInput } from './open-questions.ts';

const id = (n: number): string => n.toString(16).padStart(32, '0');
const approval = (n: number): QuestionPayload => ({
  id: id(n),
  kind: 'question',
  asks: 'approval',
  tool: 'order',
  text: 'Orders.',
  argumentsText: '{}',
  waitsMs: 1,
});
const choice = (n: number): QuestionPayload => ({
  id: id(n),
  kind: 'question',
  asks: 'choice',
  text: 'Which?',
  choices: [{ key: '1', label: 'Tea' }],
  waitsMs: 1,
});
const allow = (n: number, isApproved = true): AnswerPayload => ({
  id: createPayloadId(),
  kind: 'answer',
  answers: 'approval',
  question: id(n),
  isApproved,
});
const press = (n: number, key: '1' | '2' = '1'): AnswerPayload => ({
  id: createPayloadId(),
  kind: 'answer',
  answers: 'choice',
  question: id(n),
  key,
});

function walk(...inputs: readonly QuestionInput[]): { open: OpenQuestions; effects: QuestionEffect[] } {
  let open = NO_QUESTIONS;
  const all: QuestionEffect[] = [];
  for (const input of inputs) {
    const step = stepQuestions(open, input);
    open = step.open;
    all.push(...step.effects);
  }
  return { open, effects: all };
}
const ask = (question: QuestionPayload): QuestionInput => ({ kind: 'ask', question });
const answer = (given: AnswerPayload): QuestionInput => ({ kind: 'answer', answer: given });
const settled = (effects: readonly QuestionEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.kind === 'settle' ? [effect.outcome] : []));

describe('a question that is open', () => {
  it.each([
    ['a yes', approval(1), allow(1), { kind: 'approval', isApproved: true }],
    ['a no', approval(1), allow(1, false), { kind: 'approval', isApproved: false }],
    ['a key', choice(1), press(1), { kind: 'choice', key: '1', label: 'Tea' }],
  ])('is answered by %s, and its user need not be told that it is over', (_what, question, given, outcome) => {
    const { open, effects } = walk(ask(question), answer(given));
    expect(open.size).toBe(0);
    expect(effects).toEqual([
      { kind: 'show', question },
      { kind: 'settle', id: id(1), outcome },
    ]);
  });

  it.each([
    ['a key, when a yes was asked for', approval(1), press(1)],
    ['a yes, when a key was asked for', choice(1), allow(1)],
    ['a key that was not offered', choice(1), press(1, '2')],
    ['an answer to another question', approval(1), allow(2)],
  ])('is not answered by %s', (_what, question, given) => {
    const { open, effects } = walk(ask(question), answer(given));
    expect(open.size).toBe(1);
    expect(settled(effects)).toEqual([]);
  });

  it.each([
    ['when its time is over', { kind: 'time-over', id: id(1) }, 'unanswered'],
    ['when it is not wanted any more', { kind: 'take-back', id: id(1) }, 'taken-back'],
    ['when the attempt is over', { kind: 'take-all-back' }, 'taken-back'],
  ] as const)('ends %s, and the user is told', (_when, input, kind) => {
    const { open, effects } = walk(ask(approval(1)), input);
    expect(open.size).toBe(0);
    expect(effects.slice(1)).toEqual([
      { kind: 'tell-over', id: id(1) },
      { kind: 'settle', id: id(1), outcome: { kind } },
    ]);
  });
});

describe('a question that is over', () => {
  it.each([
    ['after an answer', answer(allow(1, false))],
    ['after its time', { kind: 'time-over', id: id(1) }],
    ['after it was taken back', { kind: 'take-back', id: id(1) }],
  ] as const)('is changed by nothing %s: not by a yes, nor by its time', (_when, ending) => {
    const before = walk(ask(approval(1)), ending);
    for (const late of [
      answer(allow(1)),
      { kind: 'time-over', id: id(1) },
      { kind: 'take-back', id: id(1) },
    ] as const) {
      expect(stepQuestions(before.open, late)).toEqual({ open: before.open, effects: [] });
    }
  });
});

it('no more questions are open than a person can read, nor two under one id', () => {
  const many = Array.from({ length: OPEN_QUESTIONS_MAX }, (_, n) => ask(approval(n)));
  const full = walk(...many, ask(approval(99)));
  expect(full.open.size).toBe(OPEN_QUESTIONS_MAX);
  expect(settled(full.effects)).toEqual([{ kind: 'refused' }]);
  const twice = walk(ask(approval(1)), ask(choice(1)));
  expect([...twice.open.values()]).toEqual([approval(1)]);
  // One that was answered makes room.
  expect(walk(...many, answer(allow(0)), ask(approval(99))).open.size).toBe(OPEN_QUESTIONS_MAX);
});

it('in whatever order things happen, a question that was shown ends once, and a yes is the user’s own while it is open', () => {
  const number = fc.integer({ min: 0, max: 5 });
  const input = fc.oneof(
    number.map((n) => ask(n % 2 === 0 ? approval(n) : choice(n))),
    fc.tuple(number, fc.boolean()).map(([n, isApproved]) => answer(allow(n, isApproved))),
    number.map((n) => answer(press(n))),
    number.map((n): QuestionInput => ({ kind: 'time-over', id: id(n) })),
    number.map((n): QuestionInput => ({ kind: 'take-back', id: id(n) })),
    fc.constant<QuestionInput>({ kind: 'take-all-back' }),
  );
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      let open = NO_QUESTIONS;
      const balance = new Map<string, number>();
      for (const given of inputs) {
        const wasOpen = open;
        const step = stepQuestions(open, given);
        open = step.open;
        for (const effect of step.effects) {
          if (effect.kind === 'show') balance.set(effect.question.id, (balance.get(effect.question.id) ?? 0) + 1);
          if (effect.kind !== 'settle' || effect.outcome.kind === 'refused') continue;
          balance.set(effect.id, (balance.get(effect.id) ?? 0) - 1);
          if (effect.outcome.kind === 'approval') {
            expect(given).toMatchObject({ kind: 'answer', answer: { answers: 'approval', question: effect.id } });
            expect(wasOpen.get(effect.id)?.asks).toBe('approval');
          }
        }
      }
      for (const [shown, count] of balance) expect(count).toBe(open.has(shown) ? 1 : 0);
      expect(open.size).toBeLessThanOrEqual(OPEN_QUESTIONS_MAX);
    }),
  );
});
