export { openRecogniser, RECOGNISER_SAMPLE_RATE } from './recogniser/recogniser.ts';
export type { Recogniser } from './recogniser/recogniser.ts';
export { openSynthesiser } from './synthesiser/synthesiser.ts';
export type { Synthesiser, TimedSpeech } from './synthesiser/synthesiser.ts';
export type { TimedWord } from './synthesiser/word-times.ts';
export { openTurnDetector } from './turn-detector/turn-detector.ts';
export type { TurnDetector } from './turn-detector/turn-detector.ts';
export { WEIGHT_FILES } from './weights-layout.ts';
export type { WeightFile } from './weights-layout.ts';
