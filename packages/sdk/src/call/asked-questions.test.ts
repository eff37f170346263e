import { OracleCallError } from '@oracle-calls/protocol';
import { createPayloadId, type DataPayload } from '@oracle-calls/protocol/data-frame';
import { expect, test } from 'vitest';
import { QUESTION_SHOWN_MAX_MS, QUESTIONS_SHOWN_MAX } from './asked-questions.ts';
import { createScene } from './call-scene.fixture.ts';
import type { OracleCall } from './oracle-call.ts';

const APPROVAL = {
  kind: 'question',
  asks: 'approval',
  tool: 'order',
  text: 'Order cakes?',
  argumentsText: '{"count":2}',
  waitsMs: 40_000,
} as const;
const CHOICE = {
  kind: 'question',
  asks: 'choice',
  text: 'Which one?',
  choices: [
    { key: '1', label: 'Tea' },
    { key: '#', label: 'Nothing' },
  ],
  waitsMs: 40_000,
} as const;
const YES = { answers: 'approval', isApproved: true } as const;

async function asked(...questions: (typeof APPROVAL | typeof CHOICE)[]) {
  const scene = createScene();
  const call = await scene.liveCall();
  const { link } = scene.protocol;
  for (const question of questions) link.hear(question);
  const ids = call.questions.map(({ id }) => id);
  const answers = (): DataPayload[] => link.said.filter(({ kind }) => kind === 'answer');
  const over = (): unknown[] => scene.notices.filter(({ kind }) => kind === 'questionOver');
  return { ...scene, call, link, id: ids[0] ?? '', ids, answers, over };
}

const refused = async (answering: Promise<void>): Promise<void> =>
  expect(answering).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });

test('a question of the oracle stands until it is answered, with the time by this client’s clock', async () => {
  const { call, clock, id, notices, answers, over } = await asked(APPROVAL);
  const { kind: _kind, waitsMs, ...question } = APPROVAL;
  const shown = { ...question, id, expiresAt: clock.now() + waitsMs };
  expect(call.questions).toEqual([shown]);
  expect(notices).toContainEqual({ kind: 'question', question: shown });
  await call.answer(id, YES);
  expect(answers()).toMatchObject([{ question: id, answers: 'approval', isApproved: true }]);
  expect(call.questions).toEqual([]);
  expect(over()).toEqual([{ kind: 'questionOver', questionId: id, answer: YES }]);
});

test('a question is answered once, also when two answers come in the same moment', async () => {
  const { call, id, answers } = await asked(APPROVAL);
  const first = call.answer(id, YES);
  await refused(call.answer(id, { answers: 'approval', isApproved: false }));
  await first;
  await refused(call.answer(id, YES));
  expect(answers()).toHaveLength(1);
});

test('a question takes only what it offers', async () => {
  const { call, ids, answers } = await asked(APPROVAL, CHOICE);
  const [approval = '', choice = ''] = ids;
  for (const [id, answer] of [
    [approval, { answers: 'choice', key: '1' }],
    [choice, YES],
    [choice, { answers: 'choice', key: '2' }],
  ] as const) {
    await expect(call.answer(id, answer)).rejects.toThrow(TypeError);
  }
  await refused(call.answer(createPayloadId(), YES));
  expect(answers()).toEqual([]);
  await call.answer(choice, { answers: 'choice', key: '#' });
  expect(answers()).toMatchObject([{ question: choice, answers: 'choice', key: '#' }]);
});

test('an answer that cannot be sent leaves the question open', async () => {
  const { call, link, id, over } = await asked(APPROVAL);
  link.failure = new OracleCallError('ERR_KEY_MISSING');
  await expect(call.answer(id, YES)).rejects.toMatchObject({ code: 'ERR_KEY_MISSING' });
  expect(over()).toEqual([]);
  link.failure = undefined;
  await call.answer(id, YES);
});

test('a question ends with its time, when the oracle takes it back, and with the call', async () => {
  const { call, clock, link, ids, over } = await asked(APPROVAL, CHOICE);
  link.hear({ kind: 'control', action: 'question-over', question: ids[1] ?? '' });
  expect(over()).toEqual([{ kind: 'questionOver', questionId: ids[1], answer: undefined }]);
  await clock.advance(APPROVAL.waitsMs);
  expect(call.questions).toEqual([]);
  await refused(call.answer(ids[0] ?? '', YES));
  link.hear(CHOICE);
  await call.endCall();
  expect(call.questions).toEqual([]);
  expect(over()).toHaveLength(3);
  expect(clock.pendingTimers).toBe(0);
});

test('a question that comes again after it was over, having been lost before, is not shown', async () => {
  const { call, link } = await asked();
  const question = { ...APPROVAL, id: createPayloadId() };
  link.hear({ kind: 'control', action: 'question-over', question: question.id });
  link.options.events.payload(question);
  expect(call.questions).toEqual([]);
});

test('questions are kept when the key exchange is held anew', async () => {
  const { call, link, id, answers } = await asked(APPROVAL);
  link.supersede();
  expect(call.questions).toHaveLength(1);
  link.confirm('agent-1');
  await call.answer(id, YES);
  expect(answers()).toHaveLength(1);
});

test('what an agent asked is over when another takes its place, which knows nothing of it', async () => {
  const { call, link, id, over } = await asked(APPROVAL);
  link.supersede();
  link.confirm('agent-2');
  expect(over()).toEqual([{ kind: 'questionOver', questionId: id, answer: undefined }]);
  await refused(call.answer(id, YES));
  // What it asks itself stands.
  link.hear(APPROVAL);
  expect(call.questions).toHaveLength(1);
});

test('an oracle that asks without end, or for ever, is held to what a person can read', async () => {
  const { call, clock, link } = await asked();
  for (let i = 0; i <= QUESTIONS_SHOWN_MAX; i++) link.hear({ ...APPROVAL, waitsMs: Number.MAX_SAFE_INTEGER });
  expect(call.questions).toHaveLength(QUESTIONS_SHOWN_MAX);
  expect(call.questions[0]?.expiresAt).toBe(clock.now() + QUESTION_SHOWN_MAX_MS);
});

test('nothing is asked before there is an oracle', async () => {
  const { placeCall } = createScene();
  const call: OracleCall = placeCall();
  expect(call.questions).toEqual([]);
  await refused(call.answer(createPayloadId(), YES));
});
