export * from './attach-transform.ts';
export * from './frame-cryptor.ts';
export type * from './worker-messages.ts';
