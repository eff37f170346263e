import type { PastCall } from '@oracle-calls/sdk';
import type { TFunction } from 'i18next';
import { lengthOf } from './call-days.ts';

/** A past call in one line: what it was, and how long it lasted or how it ended. */
export function pastCallText(
  call: Pick<PastCall, 'type' | 'status' | 'startedAt' | 'endedAt' | 'endReason'>,
  t: TFunction<['history', 'endings']>,
  language: string,
): string {
  const { status, startedAt, endedAt, endReason } = call;
  const type = t(`types.${call.type}`);
  if (status !== 'ended' || endedAt === undefined) return t('live', { type });
  const isUsual = endReason === undefined || endReason === 'hangup' || endReason === 'completed';
  if (isUsual) return t('answered', { type, duration: lengthOf(endedAt - startedAt, language) });
  return t('unanswered', { type, ending: t(`endings:${endReason}`) });
}
