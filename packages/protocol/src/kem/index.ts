export * from './entropy.ts';
export * from './x-wing.ts';
