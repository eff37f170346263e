export * from './entropy.ts';
export * from './warm-up.ts';
export * from './x-wing.ts';
