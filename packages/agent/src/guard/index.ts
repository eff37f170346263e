export { identityOf } from './join-token.ts';
export { startSignalGuard } from './signal-guard.ts';
export type { SignalGuard, SignalGuardOptions } from './signal-guard.ts';
