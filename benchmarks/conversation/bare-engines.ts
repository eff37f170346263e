import { openOracle } from '@oracle-calls/agent/oracle';
import { openRecogniser, openSynthesiser, RECOGNISER_SAMPLE_RATE } from '@oracle-calls/agent/speech';
import { resample, utterancesOf } from '@oracle-calls/node-media/pcm';
import { percentilesOf } from './figures.ts';
import type { Percentiles } from './figures.ts';
import { oracle } from './oracle.ts';
import { readRecording } from './recordings/recording.ts';
import { SPOKEN_SET } from './recordings/spoken-set.ts';
import type { AskedQuestion } from './spoken-call.ts';

/** What the three engines take alone, one after the other, without a call around them. In ms. */
export interface BareEngines {
  readonly recogniseMs: Percentiles | null;
  readonly answerMs: Percentiles | null;
  /** The first sentence of the answer. */
  readonly synthesiseMs: Percentiles | null;
  readonly sumMs: Percentiles | null;
}

export interface BareResult {
  readonly engines: BareEngines;
  /** What a recogniser makes of what was heard at the page, by question. */
  readonly heard: ReadonlyMap<AskedQuestion, string>;
}

const SENTENCE = /^.*?[.!?](?=\s|$)/s;

/** Measures the engines on the same questions and the same machine, and writes down what was heard in the calls. */
export async function measureBareEngines(weightsDir: string, asked: readonly AskedQuestion[]): Promise<BareResult> {
  await using recogniser = await openRecogniser({ weightsDir });
  await using synthesiser = await openSynthesiser({ weightsDir });
  await using brain = await openOracle(oracle, { weightsDir });
  const times: Record<'recognise' | 'answer' | 'synthesise' | 'sum', number[]> = {
    recognise: [],
    answer: [],
    synthesise: [],
    sum: [],
  };
  for (const recording of SPOKEN_SET.filter(({ kind }) => kind === 'question')) {
    const { samples, sampleRate } = await readRecording(recording);
    const begunAt = performance.now();
    const { text } = await recogniser.transcribe(resample(samples, sampleRate, RECOGNISER_SAMPLE_RATE));
    const recognisedAt = performance.now();
    let answer = '';
    for await (const piece of brain.answer([{ speaker: 'user', text }], { sessionId: 'bare' })) answer += piece;
    const answeredAt = performance.now();
    await synthesiser.synthesise(SENTENCE.exec(answer)?.[0] ?? answer);
    const spokenAt = performance.now();
    times.recognise.push(recognisedAt - begunAt);
    times.answer.push(answeredAt - recognisedAt);
    times.synthesise.push(spokenAt - answeredAt);
    times.sum.push(spokenAt - begunAt);
  }
  const heard = new Map<AskedQuestion, string>();
  for (const question of asked) {
    const texts: string[] = [];
    for (const samples of utterancesOf(question.answer, RECOGNISER_SAMPLE_RATE)) {
      texts.push((await recogniser.transcribe(samples)).text);
    }
    heard.set(question, texts.join(' '));
  }
  return {
    engines: {
      recogniseMs: percentilesOf(times.recognise),
      answerMs: percentilesOf(times.answer),
      synthesiseMs: percentilesOf(times.synthesise),
      sumMs: percentilesOf(times.sum),
    },
    heard,
  };
}
