import { fileURLToPath } from 'node:url';
import { systemClock } from '@oracle-calls/protocol';
import { percentilesOf } from './figures.ts';
import type { Percentiles } from './figures.ts';
import { startInstantService } from './instant-service.ts';
import { SPOKEN_SET } from './recordings/spoken-set.ts';
import { SpokenCall } from './spoken-call.ts';
import type { AskedQuestion } from './spoken-call.ts';
import { onStage } from './stage.ts';

const INSTANT_ORACLE = fileURLToPath(new URL('instant-oracle.ts', import.meta.url));
/** What an oracle waits after each turn here, whatever it sounds like, in ms: a known amount, to be taken off again. */
export const END_OF_TURN_MS = 200;
const REST_MS = 500;

export interface PipelineFigures {
  /** From the user's last sample to the first audible one of the answer, both at the page, without the configured wait at the end of the turn. */
  readonly pipelineMs: Percentiles | null;
  readonly endOfTurnWaitMs: number;
  readonly turns: readonly AskedQuestion[];
}

/** Holds a call with an oracle whose recogniser, brain and voice take no time: what is left is what everything else takes. */
export async function measurePipeline(
  chromium: string,
  { runs, say }: { readonly runs: number; readonly say: (line: string) => void },
): Promise<PipelineFigures> {
  await using service = await startInstantService('What time is breakfast?');
  const endpoint = { kind: 'endpoint', baseUrl: service.baseUrl, model: 'instant' } as const;
  const oracle = {
    definitionFile: INSTANT_ORACLE,
    recognition: endpoint,
    speech: { ...endpoint, voice: 'tone' },
    turns: { endOfTurnMinMs: END_OF_TURN_MS, endOfTurnMaxMs: END_OF_TURN_MS },
  };
  const turns = await onStage(chromium, oracle, async ({ caller, facts }) => {
    const call = await SpokenCall.place(caller, facts);
    const asked: AskedQuestion[] = [];
    const clean = SPOKEN_SET.filter(({ kind, conditions }) => kind === 'question' && conditions === undefined);
    for (let run = 0; run < runs; run++) {
      for (const recording of clean) {
        const found = await call.ask(recording);
        asked.push(found);
        say(`  instant ${recording.name}: ${Math.round(found.timeline?.audibleMs ?? Number.NaN)} ms`);
        await systemClock.sleep(REST_MS);
      }
    }
    await call.hangUp();
    return asked;
  });
  const shares = turns.flatMap(({ timeline, wasCutInto }) =>
    timeline === undefined || wasCutInto ? [] : [timeline.audibleMs - END_OF_TURN_MS],
  );
  return { pipelineMs: percentilesOf(shares), endOfTurnWaitMs: END_OF_TURN_MS, turns };
}
