export * from '../kem/index.ts';
export * from './epoch-keys.ts';
export * from './key-schedule.ts';
export * from './labelled-hash.ts';
export * from './media-direction.ts';
