import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { freePort } from '../../dev/process/ports.ts';
import { startStack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { buildConsumerPage, servePage } from './built-page.ts';
import { createConsumer } from './consumer.ts';
import { buildAndPack, ROOT } from './packed-packages.ts';

/** Loading the models on two busy cores, in ms. */
const AGENT_WARM_MAX_MS = 90_000;

test('a page that is built from the tarballs alone holds a real encrypted call', { timeout: 300_000 }, async () => {
  await using resources = new AsyncDisposableStack();
  const packed = resources.use(await buildAndPack());
  const consumer = resources.use(await createConsumer(packed));
  const folder = await buildConsumerPage(consumer, join(ROOT, 'apps', 'web'));

  const { chromium } = await ensureToolchain();
  if (chromium === undefined) throw new Error('There is no Chromium.');
  const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-packed-'));
  resources.defer(() => rm(stateDir, { recursive: true, force: true }));
  const log: string[] = [];
  const port = await freePort();
  const stack = resources.use(
    await startStack({
      stateDir,
      preferredPorts: 'any',
      web: false,
      otherPageOrigins: [`http://127.0.0.1:${port}`],
      log: (part, line) => void log.push(`${part} | ${line}`),
    }),
  );
  const { homeserverUrl, didResolverUrl, oracleDid } = stack;
  const web = resources.use(await servePage(folder, { homeserverUrl, didResolverUrl, oracleDid }, port));
  const browser = await launchChromium(chromium);
  resources.defer(() => browser.close());
  await stack.agentWarm(AbortSignal.timeout(AGENT_WARM_MAX_MS));

  const { userId, password, recoveryKey } = stack.users.alice;
  await using caller = await ScriptedCaller.open({
    browser,
    url: web.url,
    userId,
    password,
    recoveryKey,
    log: (line) => void log.push(`page | ${line}`),
  });
  await caller.signIn();
  await caller.call();
  await caller.untilAudible();
  const statistics = await caller.statistics();
  expect(statistics.encrypted, log.slice(-40).join('\n')).toBe(true);
  await caller.hangUp();
});
