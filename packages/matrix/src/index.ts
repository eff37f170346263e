export * from './js-sdk-matrix.ts';
export * from './matrix-id.ts';
export * from './matrix-port.ts';
export type { ChangedIdentities, CrossSigningSide } from './js-sdk/peer-trust.ts';
