import { percentile } from '../percentile.ts';
import type { AskedQuestion, SaidInto } from './spoken-call.ts';
import type { Talk } from './talk.ts';
import { wordErrorRate, wordErrors } from './word-errors.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** What all calls of a run come to: members of the object that `--json` ends with. `null` where nothing could be measured. */
export interface TalkFigures {
  readonly calls: number;
  readonly questions: number;
  /** Of the own recogniser, over all questions; noisy and hesitant ones beside. */
  readonly wordErrorRate: number;
  readonly wordErrorRates: Readonly<Record<'clean' | 'noisy' | 'hesitant' | 'people', number>>;
  readonly rightAnswers: { readonly right: number; readonly of: number };
  readonly unanswered: number;
  /** Questions into which the oracle spoke. */
  readonly cutInto: number;
  /** From the user's last sample at the page to the first audible one of the answer there; questions that were cut into are left out. */
  readonly voiceToVoiceMs: Percentiles | null;
  /** From the first sample of an interruption to the last audible one of the oracle, both at the page. */
  readonly bargeInStopMs: Percentiles | null;
  readonly bargeInStopAtAgentMs: Percentiles | null;
  readonly missedInterruptions: { readonly missed: number; readonly of: number };
  /** Back-channel words and noises that ended an answer. */
  readonly falseInterruptions: { readonly false: number; readonly of: number };
  /** Back-channel words and noises at which the oracle fell silent for a moment. */
  readonly held: number;
  /** From the end of such a sound to the oracle's voice. */
  readonly resumeMs: Percentiles | null;
  readonly memoryBytesPerCall: number | null;
  readonly cpuPerCall: number | null;
  /** By processor time alone: 1 / `cpuPerCall`. */
  readonly callsPerCore: number | null;
}

/** Whether what was heard is a right answer. */
export type JudgeAnswer = (question: AskedQuestion) => boolean;

export function figuresOf(talks: readonly Talk[], isRight: JudgeAnswer): TalkFigures {
  const questions = talks.flatMap((talk) => talk.questions);
  const interruptions = talks.flatMap((talk) => talk.interruptions);
  const asides = talks.flatMap((talk) => talk.asides);
  const answerable = questions.filter(({ recording }) => recording.accepts !== undefined);
  const usages = talks.flatMap(({ usage }) => usage ?? []);
  const cpuPerCall = meanOf(usages.map(({ cpu }) => cpu));
  return {
    calls: talks.length,
    questions: questions.length,
    wordErrorRate: errorRateOf(questions),
    wordErrorRates: {
      clean: errorRateOf(questions.filter(({ recording }) => recording.conditions === undefined)),
      noisy: errorRateOf(questions.filter(({ recording }) => recording.conditions?.includes('dB') === true)),
      hesitant: errorRateOf(questions.filter(({ recording }) => recording.conditions === 'hesitant')),
      people: errorRateOf(questions.filter(({ recording }) => recording.conditions === 'read aloud')),
    },
    rightAnswers: { right: answerable.filter(isRight).length, of: answerable.length },
    unanswered: questions.filter(({ timeline }) => timeline === undefined).length,
    cutInto: questions.filter(({ wasCutInto }) => wasCutInto).length,
    voiceToVoiceMs: percentilesOf(
      questions.flatMap(({ timeline, wasCutInto }) =>
        timeline === undefined || wasCutInto ? [] : [timeline.audibleMs],
      ),
    ),
    bargeInStopMs: percentilesOf(stopped(interruptions).flatMap(({ silentMs }) => silentMs ?? [])),
    bargeInStopAtAgentMs: percentilesOf(stopped(interruptions).flatMap(({ agentSilentMs }) => agentSilentMs ?? [])),
    missedInterruptions: { missed: interruptions.length - stopped(interruptions).length, of: interruptions.length },
    falseInterruptions: { false: stopped(asides).length, of: asides.length },
    held: asides.filter(({ hasEnded, silentMs }) => !hasEnded && silentMs !== undefined).length,
    resumeMs: percentilesOf(asides.flatMap(({ resumedMs }) => resumedMs ?? [])),
    memoryBytesPerCall: meanOf(usages.map(({ memoryBytes }) => memoryBytes)),
    cpuPerCall,
    callsPerCore: cpuPerCall === null ? null : 1 / cpuPerCall,
  };
}

export function percentilesOf(figures: readonly number[]): Percentiles | null {
  if (figures.length === 0) return null;
  return { p50: percentile(figures, 0.5), p95: percentile(figures, 0.95) };
}

const stopped = (all: readonly SaidInto[]): readonly SaidInto[] => all.filter(({ hasEnded }) => hasEnded);

function meanOf(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : figures.reduce((total, figure) => total + figure, 0) / figures.length;
}

const errorRateOf = (questions: readonly AskedQuestion[]): number =>
  wordErrorRate(questions.map(({ recording, recognised }) => wordErrors(recording.text, recognised)));
