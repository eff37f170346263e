export { openTrustStore } from './trust-store.ts';
export type { TrustStore } from './trust-store.ts';
export type { KnownUser, PresentedUser } from './user-key-pins.ts';
