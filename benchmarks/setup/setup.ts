import { systemClock, TIMELINE_STAGES, type TimelineStage } from '@oracle-calls/protocol';
import type { Browser } from 'playwright-core';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import type { Stack } from '../../dev/stack/stack.ts';
import { percentile } from '../percentile.ts';
import { startFloorAgent } from './floor-agent.ts';
import { serveFloor } from './floor-site.ts';

export interface SetupFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly floorP50Ms: number;
  /** Medians in milliseconds since the click. */
  readonly stages: Partial<Record<TimelineStage, number>>;
}

export interface SetupBenchmark {
  readonly stack: Stack;
  readonly browser: Browser;
  readonly runs: number;
  readonly say: (line: string) => void;
}

/** Level from which a sample counts as audible, as in the SDK's meter. */
const AUDIBLE_LEVEL = 0.01;
/** Between two runs the agent pool fills up again, in ms: models load in the background. */
const REST_MS = 8_000;

/** Set-up of whole calls and the floor, in turn, in the same browser. */
export async function measureSetup({ stack, browser, runs, say }: SetupBenchmark): Promise<SetupFigures> {
  if (stack.webUrl === undefined) throw new TypeError('The benchmark needs the page.');
  await using site = await serveFloor();
  const { alice } = stack.users;
  await using caller = await ScriptedCaller.open({
    browser,
    url: stack.webUrl,
    userId: alice.userId,
    password: alice.password,
    recoveryKey: alice.recoveryKey,
  });
  await caller.signIn();

  const setups: Partial<Record<TimelineStage, number>>[] = [];
  const floors: number[] = [];
  // The first of each warms caches and is not counted.
  for (let run = 0; run <= runs; run++) {
    const floor = await measureFloor(stack, browser, site.url);
    await caller.call();
    await caller.untilAudible();
    const { timelineMs } = await caller.snapshot();
    await caller.hangUp();
    say(
      `${run === 0 ? 'warm-up' : `run ${run} of ${runs}`}: set-up ${Math.round(timelineMs.oracleAudible ?? 0)} ms, floor ${Math.round(floor)} ms`,
    );
    if (run > 0) {
      setups.push(timelineMs);
      floors.push(floor);
    }
    await systemClock.sleep(REST_MS);
  }
  const audible = setups.flatMap(({ oracleAudible }) => (oracleAudible === undefined ? [] : [oracleAudible]));
  return {
    p50Ms: percentile(audible, 0.5),
    p95Ms: percentile(audible, 0.95),
    floorP50Ms: percentile(floors, 0.5),
    stages: medians(setups),
  };
}

async function measureFloor(stack: Stack, browser: Browser, url: string): Promise<number> {
  await using agent = await startFloorAgent(stack.sfu);
  const context = await browser.newContext({ permissions: ['microphone'] });
  try {
    const page = await context.newPage();
    await page.goto(url);
    const request = {
      url: stack.sfu.url,
      joinToken: await agent.joinToken(),
      keyHex: agent.keyHex,
      agentIdentity: agent.identity,
      audibleLevel: AUDIBLE_LEVEL,
    };
    const { audibleMs } = await page.evaluate((wanted) => window.measureFloor(wanted), request);
    return audibleMs;
  } finally {
    await context.close();
  }
}

function medians(timelines: readonly Partial<Record<TimelineStage, number>>[]): SetupFigures['stages'] {
  const entries = TIMELINE_STAGES.flatMap((stage) => {
    const figures = timelines.flatMap((timeline) => timeline[stage] ?? []);
    return figures.length === 0 ? [] : [[stage, Math.round(percentile(figures, 0.5))] as const];
  });
  return Object.fromEntries(entries);
}
