import { systemClock } from '@oracle-calls/protocol';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import type { CallFacts } from '../../dev/demo/call-facts.ts';
import { usageOf } from './process-tree.ts';
import type { TreeUsage } from './process-tree.ts';
import type { Recording, RecordingKind } from './recordings/recording.ts';
import { recordingNamed, SPOKEN_SET } from './recordings/spoken-set.ts';
import { SpokenCall } from './spoken-call.ts';
import type { AskedQuestion, SaidInto } from './spoken-call.ts';

/** The worker replaces the process that took a call, which costs processor and memory that are not the call's. In ms. */
const REPLACED_MAX_MS = 20_000;
const POLL_MS = 100;

/** What one call needed, beyond what the waiting agent does. */
export interface CallUsage {
  readonly memoryBytes: number;
  /** Processor time by time, over the questions and answers: 1 is one core kept busy. */
  readonly cpu: number;
}

/** What was found in one call. */
export interface Talk {
  readonly questions: readonly AskedQuestion[];
  readonly interruptions: readonly SaidInto[];
  /** Back-channel words and noises. */
  readonly asides: readonly SaidInto[];
  /** `undefined` where the system does not tell. */
  readonly usage: CallUsage | undefined;
}

export interface TalkOptions {
  readonly caller: ScriptedCaller;
  readonly facts: CallFacts;
  /** The agent's worker as it is now. */
  readonly agentPid: () => number | undefined;
  /** The user keeps quiet between two turns for so long, in ms. */
  readonly restMs?: number | undefined;
  readonly say: (line: string) => void;
}

const ofKind = (...kinds: readonly RecordingKind[]): readonly Recording[] =>
  SPOKEN_SET.filter(({ kind }) => kinds.includes(kind));

/** A first call, which fills the caches of models and runtimes and is not measured. */
export async function warmUp({ caller, facts }: Pick<TalkOptions, 'caller' | 'facts'>): Promise<void> {
  const waiting = facts.all('job process waits').length;
  const call = await SpokenCall.place(caller, facts);
  await call.ask(recordingNamed('breakfast'));
  await call.hangUp();
  await untilReplaced(facts, waiting);
}

/** Plays the whole set in one call: questions first, then what is said into answers. */
export async function holdTalk({ caller, facts, agentPid, restMs = 500, say }: TalkOptions): Promise<Talk> {
  const usage = (): TreeUsage | undefined => {
    const pid = agentPid();
    return pid === undefined ? undefined : usageOf(pid);
  };
  const waiting = facts.all('job process waits').length;
  const idle = usage();
  const call = await SpokenCall.place(caller, facts);
  await untilReplaced(facts, waiting);
  const begun = { usage: usage(), at: systemClock.now() };
  const questions: AskedQuestion[] = [];
  for (const recording of ofKind('question')) {
    const asked = await call.ask(recording);
    questions.push(asked);
    const { timeline, recognised } = asked;
    const heard = timeline === undefined ? 'no answer' : `${Math.round(timeline.audibleMs)} ms`;
    say(`  ${recording.name}: ${heard}, taken for “${recognised}”${asked.wasCutInto ? ', cut into' : ''}`);
    await systemClock.sleep(restMs);
  }
  const ended = { usage: usage(), at: systemClock.now() };
  const interruptions: SaidInto[] = [];
  const asides: SaidInto[] = [];
  for (const recording of ofKind('back-channel', 'noise', 'interruption')) {
    const found = await call.sayInto(recording);
    (recording.kind === 'interruption' ? interruptions : asides).push(found);
    say(`  ${recording.kind} ${recording.name}: ${saidIntoWords(found)}`);
  }
  await call.hangUp();
  return { questions, interruptions, asides, usage: usageOfCall() };

  function usageOfCall(): CallUsage | undefined {
    if (idle === undefined || begun.usage === undefined || ended.usage === undefined) return undefined;
    return {
      memoryBytes: ended.usage.memoryBytes - idle.memoryBytes,
      cpu: (ended.usage.cpuMs - begun.usage.cpuMs) / (ended.at - begun.at),
    };
  }
}

function saidIntoWords({ hasEnded, silentMs, resumedMs }: SaidInto): string {
  if (hasEnded) return `the oracle stopped${silentMs === undefined ? '' : ` after ${Math.round(silentMs)} ms`}`;
  if (silentMs === undefined) return 'the oracle went on';
  return resumedMs === undefined
    ? 'the oracle fell silent and was not heard again'
    : `the oracle was held, and went on ${Math.round(resumedMs)} ms after it`;
}

/** Waits until the worker has a waiting process again; a worker without a pool never has. */
async function untilReplaced(facts: CallFacts, waiting: number): Promise<void> {
  const until = systemClock.now() + REPLACED_MAX_MS;
  while (facts.all('job process waits').length <= waiting && systemClock.now() < until) {
    await systemClock.sleep(POLL_MS);
  }
}
