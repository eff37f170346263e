export { openRecogniser, RECOGNISER_SAMPLE_RATE } from './recogniser/recogniser.ts';
export type { Recogniser } from './recogniser/recogniser.ts';
export { openSynthesiser } from './synthesiser/synthesiser.ts';
export type { Synthesiser } from './synthesiser/synthesiser.ts';
export { WEIGHT_FILES } from './weights-layout.ts';
export type { WeightFile } from './weights-layout.ts';
