export * from './metrics/metric-page.ts';
export * from './metrics/metric-table.ts';
export * from './telemetry-config.ts';
