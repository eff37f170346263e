import type { CallHistory, OracleCalls as SdkCalls, Rings } from '@oracle-calls/sdk';

export type OracleCalls = SdkCalls & { readonly history: CallHistory; readonly rings: Rings };
