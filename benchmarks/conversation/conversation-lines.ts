import { styleText } from 'node:util';
import type { BareEngines } from './bare-engines.ts';
import type { Percentiles, TalkFigures } from './figures.ts';
import { percentilesOf } from './figures.ts';
import type { PipelineFigures } from './pipeline.ts';
import type { AskedQuestion } from './spoken-call.ts';

/** What issue 7 asks of two cores with the local brain. */
const AIMS = {
  voiceToVoice: 'aim 1200, 2000',
  pipeline: 'aim 250',
  bargeInStop: 'aim 200',
  resume: 'aim 700',
  wordErrors: 'aim 10 %',
} as const;

export interface ConversationFigures {
  readonly talk: TalkFigures;
  readonly pipeline: PipelineFigures;
  readonly bare: BareEngines;
}

const LABEL_WIDTH = 38;
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} ms`).padStart(9);
const row = (label: string, figures: Percentiles | null, note = ''): string =>
  `  ${label.padEnd(LABEL_WIDTH)}${ms(figures?.p50)}${ms(figures?.p95)}  ${note}`.trimEnd();
const fact = (label: string, value: string, note = ''): string =>
  `  ${label.padEnd(LABEL_WIDTH)}${value.padStart(9)}${''.padStart(9)}  ${note}`.trimEnd();
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The figures as lines for a terminal of 80 columns. */
export function conversationLines({ talk, pipeline, bare }: ConversationFigures): string[] {
  const { people, clean, noisy, hesitant } = talk.wordErrorRates;
  const { voiceToVoiceMs } = talk;
  const ratio = voiceToVoiceMs === null || bare.sumMs === null ? undefined : voiceToVoiceMs.p50 / bare.sumMs.p50;
  return [
    styleText('bold', `Conversation (${talk.calls} calls, ${talk.questions} questions)`),
    `  ${''.padEnd(LABEL_WIDTH)}${'p50'.padStart(9)}${'p95'.padStart(9)}`,
    row('voice to voice, at the page', voiceToVoiceMs, AIMS.voiceToVoice),
    row('pipeline alone, instant engines', pipeline.pipelineMs, AIMS.pipeline),
    row('interrupted: silent at the page', talk.bargeInStopMs, AIMS.bargeInStop),
    row('interrupted: silent at the agent', talk.bargeInStopAtAgentMs),
    row('held by a mere sound: goes on after it', talk.resumeMs, AIMS.resume),
    row('bare engines: recognise', bare.recogniseMs),
    row('bare engines: answer', bare.answerMs),
    row('bare engines: speak a sentence', bare.synthesiseMs),
    row('bare engines: all three', bare.sumMs),
    fact('voice to voice / bare engines', ratio === undefined ? '–' : ratio.toFixed(2)),
    '',
    fact('word error rate', percent(talk.wordErrorRate), AIMS.wordErrors),
    fact('  clean, noisy', `${percent(clean)}, ${percent(noisy)}`),
    fact('  hesitant, people', `${percent(hesitant)}, ${percent(people)}`),
    fact('right answers, as heard at the page', `${talk.rightAnswers.right}/${talk.rightAnswers.of}`),
    fact('unanswered, cut into', `${talk.unanswered}, ${talk.cutInto}`),
    fact('interruptions missed', `${talk.missedInterruptions.missed}/${talk.missedInterruptions.of}`),
    fact('false interruptions', `${talk.falseInterruptions.false}/${talk.falseInterruptions.of}`, `held: ${talk.held}`),
    fact('memory of a call', megabytes(talk.memoryBytesPerCall), 'waiting agent apart'),
    fact('processor of a call', talk.cpuPerCall === null ? '–' : `${talk.cpuPerCall.toFixed(2)} cores`),
    fact('calls per core, by processor alone', talk.callsPerCore === null ? '–' : talk.callsPerCore.toFixed(1)),
  ];
}

const megabytes = (bytes: number | null): string => (bytes === null ? '–' : `${Math.round(bytes / 1024 / 1024)} MB`);

const STAGES = ['recognisedMs', 'answerBegunMs', 'firstTokenMs', 'firstAudioMs', 'audibleMs'] as const;
const STAGE_HEADS = ['words', 'brain', '1st text', '1st sound', 'audible'] as const;
const NAME_WIDTH = 16;

/** Turn by turn: ms since the user's last sample left the page. "1st sound" leaves the agent, "audible" is at the page. */
export function profileLines(title: string, questions: readonly AskedQuestion[]): string[] {
  const cells = (values: readonly (number | undefined)[]): string =>
    values.map((value) => (value === undefined ? '–' : String(Math.round(value))).padStart(11)).join('');
  const answered = questions.flatMap(({ timeline }) => timeline ?? []);
  const middle = STAGES.map((stage) => percentilesOf(answered.flatMap((timeline) => timeline[stage] ?? []))?.p50);
  return [
    styleText('bold', `${title}: ms since the user's last sample`),
    `  ${''.padEnd(NAME_WIDTH)}${STAGE_HEADS.map((head) => head.padStart(11)).join('')}`,
    ...questions.map(({ recording, timeline, wasCutInto }) => {
      const values = timeline === undefined ? 'no answer' : cells(STAGES.map((stage) => timeline[stage]));
      return `  ${recording.name.padEnd(NAME_WIDTH)}${values}${wasCutInto ? '  cut' : ''}`;
    }),
    `  ${'p50'.padEnd(NAME_WIDTH)}${cells(middle)}`,
  ];
}
