export * from './frame-header.ts';
