import { systemClock } from '@oracle-calls/protocol';
import type { KeypadKey } from '@oracle-calls/protocol/data-frame';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { OracleCallsPage, PageStatistics } from '../../apps/web/src/page-window.ts';
import { EARS_SAMPLE_RATE, installPageEars, type PageEars, type PageEarsOptions, type Stretch } from './page-ears.ts';

export interface ScriptedCallerOptions {
  readonly browser: Browser;
  readonly url: string;
  readonly userId: string;
  readonly password: string;
  /** Confirms the caller's new device; without it the account is new, and the page shows one. */
  readonly recoveryKey?: string;
  /** Runs in the page before its own scripts, for tests that watch or disturb it. */
  readonly initScript?: () => void;
  /** Does more of that kind. */
  readonly prepare?: (page: Page) => Promise<void>;
  readonly log?: (line: string) => void;
  /** Language, colour scheme and the like. */
  readonly context?: BrowserContextOptions;
  /** Size of the page in CSS pixels, and how many pixels of a picture make one of them. */
  readonly display?: { readonly width: number; readonly height: number; readonly scale: number };
  /** Opens another tab in the browser of this caller, where it is signed in already. */
  readonly beside?: ScriptedCaller;
}

/** Root mean square from which a block counts as audible. */
const AUDIBLE_LEVEL = 0.01;
/** Silence after which an answer counts as finished, in ms: longer than the pauses between an oracle's sentences. */
const ANSWER_SILENCE_MS = 1_500;
const POLL_MS = 50;
/** How long the page's counts may take to agree, in ms. */
const COUNTS_MAX_MS = 5_000;

export interface Speech {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

export interface HeardAnswer {
  /** Epoch milliseconds. */
  readonly questionEndedAt: number;
  readonly audibleAt: number;
  /** 16 kHz mono of everything heard since the question ended. */
  readonly samples: Float32Array;
}

type PageState = OracleCallsPage['state'];

/** A browser of its own, as far as accounts and stores go. The page's Content-Security-Policy stays in force. */
function openContext({ browser, display, context }: ScriptedCallerOptions): Promise<BrowserContext> {
  return browser.newContext({
    permissions: ['microphone', 'camera'],
    ...context,
    ...(display !== undefined && {
      viewport: { width: display.width, height: display.height },
      deviceScaleFactor: display.scale,
    }),
  });
}

/** The page as a script meets it, with a microphone and ears of its own. Close its context when done. */
export async function openPage(options: ScriptedCallerOptions): Promise<Page> {
  const { log, beside } = options;
  const context = beside?.page.context() ?? (await openContext(options));
  const page = await context.newPage();
  if (log !== undefined) {
    page.on('console', (message) => log(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => log(`page error: ${error.message}`));
  }
  const ears: PageEarsOptions = { sampleRate: EARS_SAMPLE_RATE, audibleLevel: AUDIBLE_LEVEL };
  await page.addInitScript(installPageEars, ears);
  if (options.initScript !== undefined) await page.addInitScript(options.initScript);
  await options.prepare?.(page);
  await page.goto(options.url);
  return page;
}

/** A person at the page, played by a script: real Chromium, a microphone that speaks, ears that record what the page plays. */
export class ScriptedCaller implements AsyncDisposable {
  readonly page: Page;
  readonly #options: ScriptedCallerOptions;

  protected constructor(page: Page, options: ScriptedCallerOptions) {
    this.page = page;
    this.#options = options;
  }

  static async open(options: ScriptedCallerOptions): Promise<ScriptedCaller> {
    return new ScriptedCaller(await openPage(options), options);
  }

  async signIn(): Promise<void> {
    await this.enterPassword();
    await this.untilState(['recovery-key-wanted', 'recovery-key-shown'], 60_000);
    await this.confirmDevice();
  }

  /** Fills the form in and sends it. */
  async enterPassword(password = this.#options.password): Promise<void> {
    await this.page.getByLabel('Matrix ID').fill(this.#options.userId);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Enters the recovery key, or keeps the one that the page has made for a new account. */
  async confirmDevice(): Promise<void> {
    const { recoveryKey } = this.#options;
    if (recoveryKey === undefined) {
      await this.page.getByRole('button', { name: 'I have kept it' }).click();
    } else {
      await this.page.getByLabel('Recovery key').fill(recoveryKey);
      await this.page.getByRole('button', { name: 'Continue' }).click();
    }
    await this.untilState(['ready'], 60_000);
  }

  /** Clicks Call and waits until the call is live. */
  async call(type: 'audio' | 'video' = 'audio'): Promise<void> {
    await this.clickCall(type);
    await this.untilState(['live'], 45_000);
  }

  async clickCall(type: 'audio' | 'video' = 'audio'): Promise<void> {
    await this.page.getByRole('button', { name: type === 'audio' ? 'Call' : 'Video call', exact: true }).click();
  }

  async hangUp(): Promise<void> {
    await this.page.getByRole('button', { name: 'Hang up' }).click();
    await this.untilState(['ended', 'ready'], 20_000);
  }

  /** Waits for a state; an error that was not asked for fails at once and names its code. */
  async untilState(wanted: readonly PageState[], timeoutMs: number): Promise<void> {
    const reached = await this.page.waitForFunction(
      (states) => {
        const state = window.oracleCallsPage?.state;
        return state !== undefined && (states.includes(state) || state === 'error') ? state : undefined;
      },
      wanted,
      { timeout: timeoutMs, polling: POLL_MS },
    );
    const state = await reached.jsonValue();
    if (state === undefined || !wanted.includes(state)) {
      const shown = await this.snapshot();
      throw new Error(
        `The page shows ${state} (${shown.errorCode ?? shown.endReason ?? 'no code'}), not ${wanted.join(' or ')}: ` +
          (await this.page.getByRole('alert').allTextContents()).join(' '),
      );
    }
  }

  snapshot(): Promise<Omit<OracleCallsPage, 'statistics'>> {
    return this.page.evaluate(() => {
      const shown = window.oracleCallsPage;
      if (shown === undefined) throw new Error('The page has not started.');
      const { state, callId, callStatus, clickedAt, timelineMs, errorCode, endReason, security, captions } = shown;
      return { state, callId, callStatus, clickedAt, timelineMs, errorCode, endReason, security, captions };
    });
  }

  statistics(): Promise<PageStatistics> {
    return this.page.evaluate(() => {
      const shown = window.oracleCallsPage;
      if (shown === undefined) throw new Error('The page has not started.');
      return shown.statistics();
    });
  }

  /**
   * The statistics once they say that the call is encrypted, or as they are after a while. A frame that is on its way to the worker while frames are counted is in one count
   * and not in the other: the next look has it in both.
   */
  async settledStatistics(): Promise<PageStatistics> {
    const until = systemClock.now() + COUNTS_MAX_MS;
    for (;;) {
      const statistics = await this.statistics();
      if (statistics.encrypted || systemClock.now() > until) return statistics;
      await systemClock.sleep(POLL_MS);
    }
  }

  /** Waits for the oracle's question, and gives its text as it stands on the screen. */
  async untilAsked(timeoutMs = 30_000): Promise<string> {
    const card = this.page.locator('[data-asks]');
    await card.waitFor({ timeout: timeoutMs });
    return card.innerText();
  }

  /** Touches an answer to the question on the screen, as soon as the page takes one: allow or refuse a tool, or the key of a quick reply. */
  async answerQuestion(answer: 'allow' | 'refuse' | KeypadKey, timeoutMs = 30_000): Promise<void> {
    const card = this.page.locator('[data-asks][data-armed="true"]');
    const place = answer === 'allow' || answer === 'refuse' ? `[data-action="${answer}"]` : `[data-key="${answer}"]`;
    await card.locator(place).click({ timeout: timeoutMs });
  }

  /** Writes into the chat beside the call. */
  async write(text: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Message to the oracle' });
    if (!(await field.isVisible())) await this.page.getByRole('button', { name: 'Chat', exact: true }).click();
    await field.fill(text);
    await field.press('Enter');
  }

  /** Waits until the oracle has been heard at all. */
  async untilAudible(timeoutMs = 20_000): Promise<void> {
    await this.page.waitForFunction(() => window.oracleCallsPage?.timelineMs.oracleAudible !== undefined, undefined, {
      timeout: timeoutMs,
      polling: POLL_MS,
    });
  }

  /** Waits until the oracle has been heard and is quiet for a moment. */
  async untilOracleQuiet(sinceMs: number, silenceMs: number, timeoutMs: number): Promise<void> {
    await this.page.waitForFunction(
      ([since, silence]) => {
        const { lastMs } = (window as object as { pageEars: PageEars }).pageEars.audibleSince(since);
        return lastMs !== undefined && performance.now() - lastMs > silence;
      },
      [sinceMs, silenceMs] as const,
      { timeout: timeoutMs, polling: POLL_MS },
    );
  }

  /** Waits until the oracle has been heard for so long since then. */
  async untilHeardFor(sinceMs: number, forMs: number, timeoutMs: number): Promise<void> {
    await this.page.waitForFunction(
      ([since, wanted]) => {
        const { firstMs, lastMs } = (window as object as { pageEars: PageEars }).pageEars.audibleSince(since);
        return firstMs !== undefined && lastMs !== undefined && lastMs - firstMs >= wanted;
      },
      [sinceMs, forMs] as const,
      { timeout: timeoutMs, polling: POLL_MS },
    );
  }

  /** Speaks; answers with `performance.now()` of the page at the last sample. */
  speak({ samples, sampleRate }: Speech): Promise<number> {
    const base64 = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
    return this.page.evaluate(
      ([text, rate]) => (window as object as { pageEars: PageEars }).pageEars.speak(text, rate),
      [base64, sampleRate] as const,
    );
  }

  /** When the page could be heard since then, in its `performance.now()`; a silence of `gapMs` ends a stretch. */
  audibleStretches(sinceMs: number, gapMs: number): Promise<readonly Stretch[]> {
    return this.page.evaluate(
      ([since, gap]) => (window as object as { pageEars: PageEars }).pageEars.audibleStretches(since, gap),
      [sinceMs, gapMs] as const,
    );
  }

  /** Drops what was heard before, for calls that last. */
  async forgetBefore(ms: number): Promise<void> {
    await this.page.evaluate(
      (before) => (window as object as { pageEars: PageEars }).pageEars.forgetBefore(before),
      ms,
    );
  }

  /** 16 kHz mono of everything heard since then. */
  async heardSince(sinceMs: number): Promise<Float32Array> {
    const base64 = await this.page.evaluate(
      (since) => (window as object as { pageEars: PageEars }).pageEars.heardSince(since),
      sinceMs,
    );
    const bytes = Buffer.from(base64, 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  /** Asks and listens until the answer is over. */
  async ask(question: Speech, timeoutMs = 40_000): Promise<HeardAnswer> {
    const endedMs = await this.speak(question);
    await this.untilOracleQuiet(endedMs, ANSWER_SILENCE_MS, timeoutMs);
    const answer = await this.page.evaluate((since) => {
      const { pageEars } = window as object as { pageEars: PageEars };
      const { firstMs } = pageEars.audibleSince(since);
      return { firstMs: firstMs ?? since, origin: performance.timeOrigin };
    }, endedMs);
    return {
      questionEndedAt: answer.origin + endedMs,
      audibleAt: answer.origin + answer.firstMs,
      samples: await this.heardSince(endedMs),
    };
  }

  /** `performance.now()` of the page. */
  now(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  /** Closes the browser of this caller, or its tab alone when that is beside another's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#options.beside === undefined ? this.page.context() : this.page).close();
  }
}
