export { floatToInt16, int16ToFloat, playoutMs, readWav, resample, rms, writeWav } from '@oracle-calls/node-media/pcm';
export type { WavAudio } from '@oracle-calls/node-media/pcm';
export { openRecogniser, RECOGNISER_SAMPLE_RATE } from './recogniser/recogniser.ts';
export type { Recogniser } from './recogniser/recogniser.ts';
export { openSynthesiser } from './synthesiser/synthesiser.ts';
export type { Synthesiser } from './synthesiser/synthesiser.ts';
export { WEIGHT_FILES } from './weights-layout.ts';
export type { WeightFile } from './weights-layout.ts';
