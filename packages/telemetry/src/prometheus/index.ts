export * from './prometheus-metrics.ts';
export * from './serve-metrics.ts';
