import { areBytesEqual } from '../byte-layout/byte-strings.ts';
import type { CallHearing } from './call-hearing.ts';
import { listenersOf } from './call-listeners.ts';
import { encodeHearing } from './hearing-layout.ts';

/** How a later declaration stands to an earlier one: `wider` when somebody gets something new, `other` when it only says something else. */
export type HearingChange = 'wider' | 'other';

/** `undefined` when both say the same. */
export function compareHearings(before: CallHearing, after: CallHearing): HearingChange | undefined {
  if (areBytesEqual(encodeHearing(before), encodeHearing(after))) return undefined;
  return isWider(before, after) ? 'wider' : 'other';
}

/** Whether a host gets what it did not get before, or the oracle has begun to look or to remember. */
function isWider(before: CallHearing, after: CallHearing): boolean {
  const known = new Map(listenersOf(before).map(({ host, what }) => [host, what]));
  return (
    (after.remembers && !before.remembers) ||
    (after.pictures !== undefined && before.pictures === undefined) ||
    listenersOf(after).some(({ host, what }) => what.some((kind) => known.get(host)?.includes(kind) !== true))
  );
}
