/** The SDK for other platforms: the call itself, with everything of the world behind ports, and nothing of a browser. */
export * from './dispose-symbols.ts';

export * from './backend-client/backend-client.ts';
export { isSafeUrl } from './backend-client/http.ts';
export * from './call/call-state.ts';
export * from './call/notices.ts';
export * from './call/oracle-call.ts';
export type { OracleQuestion, QuestionAnswer } from './call/oracle-question.ts';
export type { KeypadKey, QuestionChoice } from '@oracle-calls/protocol/data-frame';
export * from './devices/devices-port.ts';
export * from './devices/no-devices.ts';
export type { KeyPinStore } from './key-pins/key-pin-store.ts';
export type { KeyFingerprints, KeyState } from './key-pins/key-rules.ts';
export { shownKeysOf } from './key-pins/shown-keys.ts';
export { AUDIBLE_LEVEL } from './media/turn-meter.ts';
export type * from './media/quality-judge.ts';
export * from './media/sfu-port.ts';
export { Observers } from './observers/observers.ts';
export type { ResolvedOracle, ResolveOracle } from './oracle/oracle-directory.ts';
export type { OracleFacts, OracleName } from './oracle/look-up-oracle.ts';
export * from './oracle-calls-core.ts';
export type { CallSecurity, Padlock } from './security/call-security.ts';
export { loadStrictProtocol, type StrictProtocol } from './strict/strict-protocol.ts';
export type * from './devices/devices.ts';
export type * from './history/call-history.ts';
export type * from './memory/oracle-memory.ts';
export type * from './ringing/rings.ts';
