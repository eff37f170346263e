import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { button, goTo, spokenLines } from '../app/person/elements.ts';
import { expectFit } from '../app/person/page-fit.ts';
import { axeViolations } from '../app/record/axe.ts';
import { StackScene } from './stack-scene.ts';

let scene: StackScene;
let caller: ScriptedCaller;

const ORACLE = fileURLToPath(new URL('oracle-memory/remembering-oracle.ts', import.meta.url));
/** From a written word to the oracle's, on a busy machine, in ms. */
const ANSWER_MAX_MS = 20_000;

beforeAll(async () => {
  scene = await StackScene.open({ oracle: { definitionFile: ORACLE } });
  caller = await scene.caller();
});

afterAll(async () => {
  await caller?.[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

const wish = () => caller.page.getByRole('switch', { name: 'Let it remember your next call' });
const hearing = (): Promise<string> => caller.page.getByRole('note', { name: 'Who hears this call' }).innerText();

/** What the oracle answers to this in a call that is placed by the Call in sight, and so goes on where the last one ended. */
async function answerTo(text: string): Promise<string> {
  await caller.call();
  await caller.untilAudible();
  await caller.write(text);
  const lines = (): Promise<string[]> => spokenLines(caller.page).allTextContents();
  await expect
    .poll(lines, { timeout: ANSWER_MAX_MS, message: scene.tail() })
    .toContainEqual(expect.stringContaining(`You said: ${text}.`));
  await expect
    .poll(async () => (await lines()).join(' '), { timeout: ANSWER_MAX_MS, message: scene.tail() })
    .toMatch(/Question \d/);
  return (await lines()).join(' ');
}

test('a call that the person keeps out of an oracle’s memory leaves nothing there, and the next one may be remembered again', async () => {
  const { page } = caller;
  // Nobody knows yet that it remembers.
  expect(await wish().count()).toBe(0);
  await answerTo('the sea is blue');
  expect(await hearing()).toContain('This oracle remembers this conversation.');
  await caller.hangUp();
  // The agent keeps it in the seconds after the end.
  await button(page, 'Forget this conversation').waitFor();

  await expect.poll(() => wish().isChecked()).toBe(true);
  await wish().click();
  expect(await axeViolations(page, 'summary with the switch')).toEqual([]);
  await expectFit(page, 'summary with the switch');
  expect(await answerTo('my secret is green')).toContain('Before that you said: the sea is blue.');
  expect(await hearing()).toContain('This oracle was told to keep nothing of this call.');
  await caller.hangUp();

  // Who calls again from here still means it.
  expect(await wish().isChecked()).toBe(false);
  await wish().click();
  const third = await answerTo('what do you know');
  expect(third).toContain('Before that you said: the sea is blue.');
  expect(third).not.toContain('green');
  await caller.hangUp();

  // A wish is over when its call is put away; the setting holds from then on.
  await wish().click();
  await button(page, 'Done').click();
  await expect.poll(() => wish().isChecked()).toBe(true);
  await expectFit(page, 'home with the switch');
  await goTo(page, 'settings');
  await page.getByRole('switch', { name: 'Let oracles remember calls' }).click();
  await goTo(page, '');
  await expect.poll(() => wish().isChecked()).toBe(false);
});
