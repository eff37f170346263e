/** `npm run pictures`: takes the pictures of the page for the READMEs, in real calls on the real stack. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBearerFile } from '@oracle-calls/agent/oracle-key';
import { createRingClient } from '@oracle-calls/agent/rings';
import type { Page } from 'playwright-core';
import { launchChromium } from '../caller/chromium.ts';
import { ScriptedCaller } from '../caller/scripted-caller.ts';
import { QUESTION, speakQuestion } from '../demo/spoken-question.ts';
import { PROJECT_ROOT } from '../stack/project.ts';
import { startStack } from '../stack/stack.ts';
import { ensureToolchain } from '../toolchain/toolchain.ts';

const FOLDER = join(PROJECT_ROOT, 'docs', 'pictures');
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** Pixels of a picture that make one of the page: 1.5 are sharp where a README shows them smaller. */
const SCALE = 1.5;
/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;
/** Silence after the oracle's greeting before the question is asked, in ms. */
const GREETING_SILENCE_MS = 600;
const GREETING_MAX_MS = 15_000;
/** The small brain does not always know, and the pictures are to show an answer that is right. */
const QUESTIONS_MAX = 3;
const RING_MAX_MS = 30_000;

const say = (line: string): void => console.error(line);

async function picture(
  page: Page,
  name: string,
  size: typeof WIDE,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme });
  const path = join(FOLDER, `${name}-${colorScheme}.png`);
  // After a change of size a busy machine has parts of the page still to paint.
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  await page.screenshot({ path, animations: 'disabled' });
  say(path);
}

const { chromium, weightsDir } = await ensureToolchain({ write: say });
if (chromium === undefined || weightsDir === undefined) throw new TypeError('a tool without a path');
const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-pictures-'));
const browser = await launchChromium(chromium);
try {
  const speech = await speakQuestion(weightsDir, QUESTION);
  await using stack = await startStack({ stateDir, preferredPorts: 'any' });
  await stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));
  if (stack.webUrl === undefined) throw new TypeError('There is no page.');
  const { userId, password, recoveryKey } = stack.users.alice;
  await using caller = await ScriptedCaller.open({
    ...{ browser, url: stack.webUrl, userId, password, recoveryKey },
    display: { ...WIDE, scale: SCALE },
  });
  const { page } = caller;
  const click = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const talk = async (): Promise<void> => {
    await caller.call();
    await caller.untilAudible();
    await caller.untilOracleQuiet(0, GREETING_SILENCE_MS, GREETING_MAX_MS);
    for (let asked = 0; asked < QUESTIONS_MAX; asked++) {
      await caller.ask(speech);
      const answers = await page.getByRole('log').allTextContents();
      if (answers.some((text) => text.includes('Paris'))) return;
    }
    throw new Error('The oracle did not understand the question today. Try again.');
  };
  await mkdir(FOLDER, { recursive: true });
  await caller.signIn();
  await click('Keep transcripts');
  await talk();
  for (const colorScheme of ['light', 'dark'] as const) await picture(page, 'call', WIDE, colorScheme);
  await picture(page, 'call-phone', PHONE);
  await page.getByRole('button', { name: /^Security:/ }).click();
  await picture(page, 'security', WIDE);
  await click('Close');
  // What a failure looks like: the call is kept, and the page says so.
  await page.context().setOffline(true);
  await page.locator('[data-face="offline"]').waitFor();
  await picture(page, 'offline', PHONE);
  await page.context().setOffline(false);
  await page.locator('[data-face="offline"]').waitFor({ state: 'detached' });
  await caller.hangUp();
  await page.getByRole('link', { name: 'Open in the history' }).click();
  await page.getByRole('region', { name: 'Transcript' }).getByRole('listitem').first().waitFor();
  // The call's facts come from the oracle's service, the transcript from the room: either may be first.
  await page.getByText('Lasted', { exact: true }).waitFor();
  await picture(page, 'history', WIDE);
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByRole('button', { name: 'Call', exact: true }).waitFor();
  await picture(page, 'home', WIDE);
  const apiKey = await readBearerFile(join(stack.paths.oracleDir, 'agent-api-key'), 'API key');
  const rings = createRingClient({ backendUrl: stack.backendUrl, apiKey });
  await rings.ring({ userId, callType: 'audio', reason: 'Your report is ready.' });
  await page.getByRole('alertdialog').waitFor({ timeout: RING_MAX_MS });
  await picture(page, 'incoming', PHONE);
  await click('Decline');
} finally {
  await browser.close();
  await rm(stateDir, { recursive: true, force: true });
}
