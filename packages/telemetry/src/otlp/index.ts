export * from './keyed-sampler.ts';
export * from './read-headers-file.ts';
export * from './trace-export.ts';
