import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { spokenLines } from '../app/person/elements.ts';
import { expectFit } from '../app/person/page-fit.ts';
import { axeViolations } from '../app/record/axe.ts';
import { StackScene } from './stack-scene.ts';

let scene: StackScene;
let caller: ScriptedCaller;

const ORACLE = fileURLToPath(new URL('asking/asking-oracle.ts', import.meta.url));
/** From a written word to the oracle's, on a busy machine, in ms. */
const ANSWER_MAX_MS = 20_000;

beforeAll(async () => {
  scene = await StackScene.open({ oracle: { definitionFile: ORACLE } });
  caller = await scene.caller();
  await caller.call();
  await caller.untilAudible();
});

afterAll(async () => {
  await caller?.[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

/** Waits until the oracle has said this. */
const untilSaid = (text: string): Promise<void> =>
  expect
    .poll(() => spokenLines(caller.page).allTextContents(), { timeout: ANSWER_MAX_MS, message: scene.tail() })
    .toContainEqual(expect.stringContaining(text));

/** Waits until it is heard, though the answer that it is part of goes on. */
const untilHeard = (text: string): Promise<void> =>
  expect
    .poll(() => caller.page.locator('.caption-overlay').innerText(), { timeout: ANSWER_MAX_MS, message: scene.tail() })
    .toContain(text);

const isAsked = (): Promise<boolean> => caller.page.locator('[data-asks]').isVisible();

test('a tool that needs approval waits for it, says so, and is not run after a no', async () => {
  await caller.write('order <b>soon</b>');
  const shown = await caller.untilAsked();
  for (const text of ['Order cakes from the baker?', 'orderCakes', 'count', '2', 'note', '<b>soon</b>']) {
    expect(shown).toContain(text);
  }
  await untilHeard('Please confirm on your screen.');
  expect(await axeViolations(caller.page, 'approval')).toEqual([]);
  await expectFit(caller.page, 'approval');
  await caller.answerQuestion('refuse');
  await untilSaid('The user did not allow it.');
  expect(await isAsked()).toBe(false);
});

test('after a yes it is run, once, with what was shown', async () => {
  await caller.write('order again');
  await caller.answerQuestion('allow');
  // The first: the one that was refused was never run.
  await untilSaid('Ordered 2 cakes. This is order number 1.');
});

test('a question is taken back with the answer that wanted it, and no later yes runs the tool', async () => {
  await caller.write('order a third');
  await caller.untilAsked();
  await caller.write('never mind');
  await untilSaid('You said never mind.');
  expect(await isAsked()).toBe(false);
  await caller.write('order a fourth');
  await caller.answerQuestion('allow');
  await untilSaid('This is order number 2.');
});

test('quick replies are awaited, by touch and by key, or are the next turn', async () => {
  await caller.write('choose');
  await caller.untilAsked();
  await untilHeard('What to drink?');
  expect(await axeViolations(caller.page, 'quick replies')).toEqual([]);
  await expectFit(caller.page, 'quick replies');
  await caller.answerQuestion('2');
  await untilSaid('You chose 2.');
  await caller.write('offer');
  await untilSaid('There is tea and coffee.');
  await caller.answerQuestion('1');
  await untilSaid('You said Tea.');
});

test('the oracle writes into the chat in which it is written to', async () => {
  await caller.write('write');
  await untilSaid('Chat: A map follows.');
  await untilSaid('You said write.');
  const messages = await caller.page.locator('.messages li').allTextContents();
  expect(messages.at(-1)).toContain('A map follows.');
  expect(messages.at(-2)).toContain('write');
});
