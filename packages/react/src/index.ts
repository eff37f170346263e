/** Only the types of the core for now: hooks and components come in a later release. See the README. */
export type { CallState, OracleCall, OracleCalls } from '@oracle-calls/sdk';
