export * from './comparison-code.ts';
