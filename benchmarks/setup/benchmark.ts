import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { CallFacts } from '../../dev/demo/call-facts.ts';
import { startStack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureSetup } from './setup.ts';
import { setupLines } from './setup-lines.ts';

/** Starting every part and loading the models on a busy machine, in ms. */
const STACK_WARM_MS = 90_000;

/** Calls on a stack of its own, each beside a floor. */
export const setupBenchmark: Benchmark = async ({ runs, say }) => {
  const { chromium } = await ensureToolchain({ write: say });
  if (chromium === undefined) throw new TypeError('a tool without a path');
  const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-bench-'));
  try {
    const facts = new CallFacts();
    await using stack = await startStack({ stateDir, preferredPorts: 'any', log: (_part, line) => facts.add(line) });
    await stack.agentWarm(AbortSignal.timeout(STACK_WARM_MS));
    const browser = await launchChromium(chromium);
    try {
      const measured = await measureSetup({ stack, facts, browser, runs, say });
      return { json: { ...measured }, lines: setupLines(measured) };
    } finally {
      await browser.close();
    }
  } finally {
    await rm(stateDir, { recursive: true, force: true });
    // The native media library keeps the process alive otherwise.
    await dispose();
  }
};
