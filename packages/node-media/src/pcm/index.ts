export * from './pcm.ts';
export * from './resample.ts';
export * from './utterances.ts';
export * from './wav.ts';
