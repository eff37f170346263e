import type { Desk } from '../call/call-desk.ts';
import type { summaryEnglish } from './summary.en.ts';

export type SecurityText = Exclude<keyof (typeof summaryEnglish)['security'], 'title'>;

/** What is said of the security of a call that is over. Nothing is called encrypted that never carried sealed sound. */
export function securityText(
  { liveAt, wasEncrypted }: Pick<Desk, 'liveAt' | 'wasEncrypted'>,
  isVerified: boolean,
): SecurityText {
  if (liveAt === undefined) return 'notLive';
  if (!wasEncrypted) return 'none';
  return isVerified ? 'compared' : 'encrypted';
}
