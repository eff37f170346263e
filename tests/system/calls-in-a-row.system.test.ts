import { parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { usageOf } from '../../benchmarks/conversation/process-tree.ts';
import type { TreeUsage } from '../../benchmarks/conversation/process-tree.ts';
import { readRecording } from '../../benchmarks/conversation/recordings/recording.ts';
import { recordingNamed } from '../../benchmarks/conversation/recordings/spoken-set.ts';
import { ORACLE_FILE } from '../../benchmarks/conversation/stage.ts';
import { PageMeter } from './calls-in-a-row/at-rest.ts';
import type { PageAtRest } from './calls-in-a-row/at-rest.ts';
import { growthOf } from './calls-in-a-row/growth.ts';
import { StackScene } from './stack-scene.ts';

/*
 * Calls one after the other, by one page to one agent: what a call takes it gives back. `npm run nightly` places enough of them for growth in bytes
 * to be told from noise; `npm test` sees what is counted in whole: processes, files, connections, and the screens of calls that are over.
 */

const CALLS = process.env['NIGHTLY'] === '1' ? 50 : 3;
/** Caches of models and of the runtime fill up in the first calls. */
const WARM_UP_CALLS = CALLS > 10 ? 5 : 0;
const WAIT_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
/** Of one and a half gigabytes that the agent has at rest; a leak of a megabyte a call is above it. */
const AGENT_GROWTH_MAX_BYTES = 40 * MEBIBYTE;
/** The page keeps what was said in its list of calls. */
const PAGE_GROWTH_MAX_BYTES = 8 * MEBIBYTE;
/** The first five calls add a line of eight nodes to the list beside the screen; the screen of one call has more than these. */
const PAGE_GROWTH_MAX_NODES = 48;
/** A file or two may be open for a moment. */
const AGENT_GROWTH_MAX_FILES = 2;

let scene: StackScene;

beforeAll(async () => {
  scene = await StackScene.open({ oracle: { definitionFile: ORACLE_FILE } });
});

afterAll(() => scene[Symbol.asyncDispose]());

interface AfterCall {
  readonly agent: TreeUsage;
  readonly page: PageAtRest;
  /** From the question's end to the answer: frames that wait somewhere are heard as delay. */
  readonly answeredMs: number;
}

test('a call gives back what it took', { timeout: CALLS * 60_000 }, async ({ skip }) => {
  const agentPid = scene.stack.pids().agent;
  if (agentPid === undefined || usageOf(agentPid) === undefined) return skip('This system does not tell.');
  await using caller = await scene.caller();
  const meter = await PageMeter.open(caller.page);
  const question = await readRecording(recordingNamed('smoking'));
  const waiting = (): number => scene.facts.all('job process waits').length;
  const poolSize = waiting() - scene.facts.all('job accepted').length;
  const after: AfterCall[] = [];
  for (let call = 0; call < CALLS; call++) {
    const startedMs = await caller.now();
    await caller.call();
    await caller.untilOracleQuiet(startedMs, 800, WAIT_MS);
    const { questionEndedAt, audibleAt } = await caller.ask(question, WAIT_MS);
    const { callId } = await caller.snapshot();
    await caller.hangUp();
    expect(await scene.facts.waitFor('call statistics', parseCallId(callId), WAIT_MS)).toBeDefined();
    await caller.forgetBefore(await caller.now());
    // The process of the call is gone, and another has taken its place.
    await expect.poll(() => waiting() - scene.facts.all('job accepted').length, { timeout: WAIT_MS }).toBe(poolSize);
    await expect.poll(() => scene.facts.all('job over').length, { timeout: WAIT_MS }).toBe(call + 1);
    await expect
      .poll(() => usageOf(agentPid)?.processes, { timeout: WAIT_MS })
      .toBeLessThanOrEqual(after[0]?.agent.processes ?? Infinity);
    const agent = usageOf(agentPid);
    if (agent === undefined) throw new TypeError('The agent is gone.');
    after.push({ agent, page: await meter.read(), answeredMs: audibleAt - questionEndedAt });
  }
  const series = after.slice(WARM_UP_CALLS);
  const growth = {
    agentBytes: growthOf(series.map(({ agent }) => agent.memoryBytes)),
    agentOpenFiles: growthOf(series.map(({ agent }) => agent.openFiles)),
    pageBytes: growthOf(series.map(({ page }) => page.heapBytes)),
    pagePeerConnections: growthOf(series.map(({ page }) => page.peerConnections)),
    pageNodes: growthOf(series.map(({ page }) => page.domNodes)),
    answeredMs: growthOf(series.map(({ answeredMs }) => answeredMs)),
  };
  // For whoever reads the nightly run.
  console.log(`growth over ${series.length} calls: ${JSON.stringify(growth)}`);
  expect(growth.agentOpenFiles).toBeLessThanOrEqual(AGENT_GROWTH_MAX_FILES);
  // The last call's is still there: it is shown.
  expect(growth.pagePeerConnections).toBeLessThanOrEqual(0);
  expect(growth.pageNodes).toBeLessThanOrEqual(PAGE_GROWTH_MAX_NODES);
  // A few calls tell nothing about growth in bytes.
  if (WARM_UP_CALLS === 0) return;
  expect(growth.agentBytes).toBeLessThan(AGENT_GROWTH_MAX_BYTES);
  expect(growth.pageBytes).toBeLessThan(PAGE_GROWTH_MAX_BYTES);
  // Twice as late in the end would be a queue; less is the machine.
  expect(growth.answeredMs).toBeLessThan(series[0]?.answeredMs ?? 0);
});
