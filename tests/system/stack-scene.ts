import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ScriptedCaller, type Speech } from '../../dev/caller/scripted-caller.ts';
import { CallFacts } from '../../dev/demo/call-facts.ts';
import { QUESTION, recognise, speakQuestion } from '../../dev/demo/spoken-question.ts';
import { startStack, type Stack, type StackOptions } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';

/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;

export type StackSceneOptions = Pick<
  StackOptions,
  | 'agentLanguage'
  | 'oracle'
  | 'environment'
  | 'otlpUrl'
  | 'metricsPorts'
  | 'singleSignOn'
  | 'clientUrl'
  | 'drainSeconds'
  | 'otherPageOrigins'
>;

/** A whole stack of its own, a browser, and a spoken question: the stage of the system tests. */
export class StackScene implements AsyncDisposable {
  readonly stack: Stack;
  readonly browser: Browser;
  readonly facts: CallFacts;
  readonly question: Speech;
  /** Every line that any server or page printed. */
  readonly log: string[];
  readonly #weightsDir: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    parts: Pick<StackScene, 'stack' | 'browser' | 'facts' | 'question' | 'log'>,
    weightsDir: string,
    resources: AsyncDisposableStack,
  ) {
    this.stack = parts.stack;
    this.browser = parts.browser;
    this.facts = parts.facts;
    this.question = parts.question;
    this.log = parts.log;
    this.#weightsDir = weightsDir;
    this.#resources = resources;
  }

  static async open(options: StackSceneOptions = {}): Promise<StackScene> {
    const { chromium, weightsDir } = await ensureToolchain();
    if (chromium === undefined || weightsDir === undefined) throw new Error('The tools are not complete.');
    await using opening = new AsyncDisposableStack();
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-system-'));
    opening.defer(() => rm(stateDir, { recursive: true, force: true }));
    const facts = new CallFacts();
    const log: string[] = [];
    const stack = opening.use(
      await startStack({
        ...options,
        stateDir,
        preferredPorts: 'any',
        log: (part, line) => {
          facts.add(line);
          log.push(`${part} | ${line}`);
        },
      }),
    );
    const browser = await launchChromium(chromium);
    opening.defer(() => browser.close());
    await stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));
    const question = await speakQuestion(weightsDir, QUESTION);
    return new StackScene({ stack, browser, facts, question, log }, weightsDir, opening.move());
  }

  /** A signed-in person at the page. `initScript` runs in the page before its own scripts. */
  async caller(who: 'alice' | 'bob' = 'alice', initScript?: () => void): Promise<ScriptedCaller> {
    const { stack, browser, log } = this;
    if (stack.webUrl === undefined) throw new Error('The stack has no page.');
    const { userId, password, recoveryKey } = stack.users[who];
    const caller = await ScriptedCaller.open({
      browser,
      url: stack.webUrl,
      userId,
      password,
      recoveryKey,
      log: (line) => log.push(`page | ${line}`),
      ...(initScript === undefined ? {} : { initScript }),
    });
    await caller.signIn();
    return caller;
  }

  /** Somebody says this. */
  speech(text: string): Promise<Speech> {
    return speakQuestion(this.#weightsDir, text);
  }

  /** What a recogniser makes of 16 kHz audio. */
  recognise(samples: Float32Array): Promise<string> {
    return recognise(this.#weightsDir, samples, 16_000);
  }

  /** The last lines of every server, for the message of a failed test. */
  tail(lines = 40): string {
    return this.log.slice(-lines).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
