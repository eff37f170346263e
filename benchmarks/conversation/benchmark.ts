import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureBareEngines } from './bare-engines.ts';
import { conversationLines, profileLines } from './conversation-lines.ts';
import { figuresOf } from './figures.ts';
import { measurePipeline } from './pipeline.ts';
import { comparedWords } from './word-errors.ts';
import { onStage, ORACLE_FILE } from './stage.ts';
import { holdTalk, warmUp } from './talk.ts';
import type { Talk } from './talk.ts';

/** Recorded speech, played to the oracle in calls on a real stack, and what came of it. */
export const conversationBenchmark: Benchmark = async ({ runs, say, isProfiled }) => {
  const { chromium, weightsDir } = await ensureToolchain({ write: say });
  if (chromium === undefined || weightsDir === undefined) throw new TypeError('a tool without a path');
  const talks = await onStage(chromium, { definitionFile: ORACLE_FILE }, async ({ stack, facts, caller }) => {
    say('a call that is not counted');
    await warmUp({ caller, facts });
    const held: Talk[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`call ${run} of ${runs}`);
      held.push(await holdTalk({ caller, facts, agentPid: () => stack.pids().agent, say }));
    }
    return held;
  });
  say('a call with instant engines');
  const pipeline = await measurePipeline(chromium, { runs, say });
  say('the engines alone');
  const questions = talks.flatMap((talk) => talk.questions);
  const { engines: bare, heard } = await measureBareEngines(weightsDir, questions);
  const talk = figuresOf(talks, (question) => {
    const words = comparedWords(heard.get(question) ?? '');
    return (question.recording.accepts ?? []).some((word) => words.includes(word));
  });
  const { turns, ...pipelineFigures } = pipeline;
  return {
    json: { ...talk, ...pipelineFigures, bareEngines: bare },
    lines: [
      ...conversationLines({ talk, pipeline, bare }),
      ...(isProfiled
        ? ['', ...profileLines('Each question', questions), '', ...profileLines('With instant engines', turns)]
        : []),
    ],
  };
};
