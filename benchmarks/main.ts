/**
 * `npm run bench`: set-up beside the floor, and the key endpoint beside a bare route, each in the same run; `--only key` or `--only setup` for one
 * of them. `--json` ends with one object.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dispose } from '@livekit/rtc-node';
import { launchChromium } from '../dev/caller/chromium.ts';
import { CallFacts } from '../dev/demo/call-facts.ts';
import { timelineTable } from 'oracle-calls/timeline-table';
import { startStack } from '../dev/stack/stack.ts';
import { ensureToolchain } from '../dev/toolchain/toolchain.ts';
import { keyEndpointLines, measureKeyEndpoint } from './key-endpoint/key-endpoint.ts';
import type { Figures } from './setup/call-costs.ts';
import { measureSetup } from './setup/setup.ts';
import { measureBuiltSdk } from './size/built-sdk.ts';
import { sizeLines } from './size/size-lines.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new RangeError('--runs takes a whole number from 1.');
const say = (line: string): void => console.error(line);
const figures = ({ p50Ms, p95Ms }: Figures): string => `p50 ${Math.round(p50Ms)} ms, p95 ${Math.round(p95Ms)} ms`;

if (values.only !== undefined && values.only !== 'key' && values.only !== 'setup') {
  throw new RangeError('--only takes key or setup.');
}

const keyEndpoint = values.only === 'setup' ? undefined : await measureKeyEndpoint({ say });
for (const line of keyEndpoint === undefined ? [] : keyEndpointLines(keyEndpoint)) say(line);
if (values.only === 'key') {
  if (values.json) console.log(JSON.stringify({ keyEndpoint }));
  process.exit();
}

const { chromium } = await ensureToolchain({ write: say });
if (chromium === undefined) throw new TypeError('a tool without a path');
const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-bench-'));
try {
  const facts = new CallFacts();
  await using stack = await startStack({ stateDir, preferredPorts: 'any', log: (_part, line) => facts.add(line) });
  await stack.agentWarm(AbortSignal.timeout(90_000));
  const browser = await launchChromium(chromium);
  try {
    const { setup, handshake } = await measureSetup({ stack, facts, browser, runs, say });
    const ratio = setup.p50Ms / setup.floorP50Ms;
    for (const line of timelineTable(setup.stages, process.stderr.columns ?? 80)) say(line);
    say(`set-up p50 ${Math.round(setup.p50Ms)} ms, p95 ${Math.round(setup.p95Ms)} ms`);
    say(`floor  p50 ${Math.round(setup.floorP50Ms)} ms; set-up is ${ratio.toFixed(2)} × the floor`);
    say(
      `agent  ${Object.entries(setup.agentStages)
        .map(([stage, ms]) => `${stage} ${ms}`)
        .join(', ')} (p50, ms since the click)`,
    );
    const { page, untilPeerReady, criticalPath } = handshake;
    say('handshake:');
    say(`  at the agent, offer to confirmed     ${figures(handshake)}`);
    say(`  at the agent, until the user has keys ${figures(untilPeerReady)}`);
    say(`  in the page, offer to confirmed      ${figures(page)}`);
    say(`  on the critical path of set-up       ${figures(criticalPath)}`);
    const size = await measureBuiltSdk();
    for (const line of sizeLines(size)) say(line);
    const { gzBytes, livekitGzBytes, workerGzBytes } = size;
    const sdk = { gzBytes, livekitGzBytes, workerGzBytes };
    if (values.json) console.log(JSON.stringify({ setup, handshake, sdk, keyEndpoint }));
  } finally {
    await browser.close();
  }
} finally {
  await rm(stateDir, { recursive: true, force: true });
  // The native media library keeps the process alive otherwise.
  await dispose();
}
