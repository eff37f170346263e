import type { OracleCalls as SdkCalls, Rings } from '@oracle-calls/sdk';

export type OracleCalls = SdkCalls & { readonly rings?: Rings };
