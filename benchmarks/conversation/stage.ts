import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OracleSettings } from '@oracle-calls/agent/oracle';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { CallFacts } from '../../dev/demo/call-facts.ts';
import { startStack } from '../../dev/stack/stack.ts';
import type { Stack } from '../../dev/stack/stack.ts';

/** Starting every part and loading the models on a busy machine, in ms. */
const STACK_WARM_MS = 90_000;

export const ORACLE_FILE = fileURLToPath(new URL('oracle.ts', import.meta.url));

/** A stack, and somebody at its page who is signed in. */
export interface Stage {
  readonly stack: Stack;
  readonly facts: CallFacts;
  readonly caller: ScriptedCaller;
}

/** Sets a stage up for one piece of work, and takes it down. */
export async function onStage<T>(
  chromium: string,
  oracle: OracleSettings,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-bench-'));
  opened.defer(() => rm(stateDir, { recursive: true, force: true }));
  const facts = new CallFacts();
  const stack = opened.use(
    await startStack({ stateDir, preferredPorts: 'any', oracle, log: (_part, line) => facts.add(line) }),
  );
  if (stack.webUrl === undefined) throw new TypeError('The benchmark needs the page.');
  await stack.agentWarm(AbortSignal.timeout(STACK_WARM_MS));
  const browser = await launchChromium(chromium);
  opened.defer(() => browser.close());
  const { userId, password, recoveryKey } = stack.users.alice;
  const caller = await ScriptedCaller.open({ browser, url: stack.webUrl, userId, password, recoveryKey });
  opened.use(caller);
  await caller.signIn();
  return await work({ stack, facts, caller });
}
