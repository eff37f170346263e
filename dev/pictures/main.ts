/** `npm run pictures`: takes the README's pictures of the page, in a real call on the real stack. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../caller/chromium.ts';
import { ScriptedCaller } from '../caller/scripted-caller.ts';
import { QUESTION, speakQuestion } from '../demo/spoken-question.ts';
import { PROJECT_ROOT } from '../stack/project.ts';
import { startStack } from '../stack/stack.ts';
import { ensureToolchain } from '../toolchain/toolchain.ts';

const FOLDER = join(PROJECT_ROOT, 'docs', 'pictures');
/** As wide as the card with a margin; two pixels a CSS pixel are sharp on dense screens. */
const DISPLAY = { width: 480, height: 760, scale: 2 };
/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;
/** Silence after the oracle's greeting before the question is asked, in ms. */
const GREETING_SILENCE_MS = 600;
const GREETING_MAX_MS = 15_000;

const say = (line: string): void => console.error(line);
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
    display: DISPLAY,
  });
  const { page } = caller;
  await caller.signIn();
  await caller.call();
  await caller.untilAudible();
  await caller.untilOracleQuiet(0, GREETING_SILENCE_MS, GREETING_MAX_MS);
  await caller.ask(speech);
  await mkdir(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The card alone, on whatever ground the reader's page has.
    await page.addStyleTag({ content: 'body { background: transparent !important; }' });
    const path = join(FOLDER, `call-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true, animations: 'disabled', omitBackground: true });
    say(path);
  }
  await caller.hangUp();
} finally {
  await browser.close();
  await rm(stateDir, { recursive: true, force: true });
}
