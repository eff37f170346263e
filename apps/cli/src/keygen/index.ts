export * from './generate-oracle-files.ts';
