export * from './closed-spans.ts';
export * from './span-names.ts';
export * from './trace-context.ts';
export * from './stage-spans.ts';
export * from './tracer.ts';
