import type { CallSecurity } from '@oracle-calls/sdk';
import type { summaryEnglish } from './summary.en.ts';

export type SecurityText = Exclude<keyof (typeof summaryEnglish)['security'], 'title'>;

/** What is said of the security of a call that is over. Nothing is called encrypted that never carried sealed sound. */
export function securityText(security: Pick<CallSecurity, 'padlock' | 'isVerified'>, wasLive: boolean): SecurityText {
  if (!wasLive) return 'notLive';
  if (security.padlock === 'none') return 'none';
  return security.isVerified ? 'compared' : 'encrypted';
}
