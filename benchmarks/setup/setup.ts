import { systemClock, TIMELINE_STAGES, type TimelineStage } from '@oracle-calls/protocol';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import type { Browser } from 'playwright-core';
import { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import type { CallFacts } from '../../dev/demo/call-facts.ts';
import type { Stack } from '../../dev/stack/stack.ts';
import { percentile } from '../percentile.ts';
import {
  agentStages,
  handshakeFigures,
  parseAgentTimeline,
  type HandshakeFigures,
  type MeasuredCall,
} from './call-costs.ts';
import { watchFirstFrame, type FirstFrameWatch } from './first-frame.ts';
import { startFloorAgent } from './floor-agent.ts';
import { serveFloor } from './floor-site.ts';

export interface SetupFigures {
  readonly runs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly floorP50Ms: number;
  readonly floorP95Ms: number;
  /** `p50Ms` in floors. */
  readonly ratio: number;
  /** Medians in milliseconds since the click. */
  readonly stages: Partial<Record<TimelineStage, number>>;
  /** The same of the agent's own stages. */
  readonly agentStages: Readonly<Record<string, number>>;
}

export interface CallBenchmark {
  readonly setup: SetupFigures;
  readonly handshake: HandshakeFigures;
}

export interface SetupBenchmark {
  readonly stack: Stack;
  /** What backend and agent log. */
  readonly facts: CallFacts;
  readonly browser: Browser;
  readonly runs: number;
  readonly say: (line: string) => void;
}

/** Level from which a sample counts as audible, as in the SDK's meter. */
const AUDIBLE_LEVEL = 0.01;
/** Between two runs the agent pool fills up again, in ms: models load in the background. */
const REST_MS = 8_000;

/** The agent writes its timeline once the conversation has started, in ms. */
const AGENT_TIMELINE_MAX_MS = 20_000;

/** Set-up of whole calls and the floor, in turn, in the same browser. */
export async function measureSetup({ stack, facts, browser, runs, say }: SetupBenchmark): Promise<CallBenchmark> {
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
  await caller.page.addInitScript(watchFirstFrame, FRAME_TOPIC);
  await caller.page.reload();
  await caller.signIn();

  const calls: MeasuredCall[] = [];
  const floors: number[] = [];
  // The first of each warms caches and is not counted.
  for (let run = 0; run <= runs; run++) {
    const floor = await measureFloor(stack, browser, site.url);
    const call = await measureCall(caller, facts);
    const name = run === 0 ? 'warm-up' : `run ${run} of ${runs}`;
    const { handshake, oracleAudible = 0 } = call.page;
    say(
      `${name}: set-up ${Math.round(oracleAudible)} ms (handshake at ${handshake} ms), floor ${Math.round(floor)} ms`,
    );
    if (run > 0) {
      calls.push(call);
      floors.push(floor);
    }
    await systemClock.sleep(REST_MS);
  }
  const timelines = calls.map(({ page }) => page);
  const audible = timelines.flatMap(({ oracleAudible }) => (oracleAudible === undefined ? [] : [oracleAudible]));
  const p50Ms = percentile(audible, 0.5);
  const floorP50Ms = percentile(floors, 0.5);
  return {
    setup: {
      runs,
      p50Ms,
      p95Ms: percentile(audible, 0.95),
      floorP50Ms,
      floorP95Ms: percentile(floors, 0.95),
      ratio: p50Ms / floorP50Ms,
      stages: medians(timelines),
      agentStages: agentStages(calls),
    },
    handshake: handshakeFigures(calls),
  };
}

async function measureCall(caller: ScriptedCaller, facts: CallFacts): Promise<MeasuredCall> {
  await caller.page.evaluate(() => {
    (window as object as { firstFrame: FirstFrameWatch }).firstFrame.at = undefined;
  });
  await caller.call();
  await caller.untilAudible();
  const { clickedAt, timelineMs, callId = '' } = await caller.snapshot();
  const firstFrameAt = await caller.page.evaluate(
    () => (window as object as { firstFrame: FirstFrameWatch }).firstFrame.at,
  );
  const agent = parseAgentTimeline(await facts.waitFor('call set up', callId, AGENT_TIMELINE_MAX_MS));
  await caller.hangUp();
  if (clickedAt === undefined || firstFrameAt === undefined) throw new TypeError('The page saw no handshake.');
  return { clickedAt, page: timelineMs, firstFrameAt, agent };
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
