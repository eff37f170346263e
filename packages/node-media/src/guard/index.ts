export { identityOf } from './join-token.ts';
export { rehearseGuard } from './rehearse-guard.ts';
export { startSignalGuard } from './signal-guard.ts';
export type { SignalGuard, SignalGuardOptions } from './signal-guard.ts';
