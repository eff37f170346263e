import type { PastCall } from '@oracle-calls/sdk';

/** Calls of one day of the person's own calendar, newest first. */
export interface CallDay {
  /** The first moment of the day: epoch milliseconds. */
  readonly startsAt: number;
  readonly calls: readonly PastCall[];
}

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Groups calls, newest first, by day. */
export function byDay(calls: readonly PastCall[]): readonly CallDay[] {
  const days = Map.groupBy(calls, ({ startedAt }) => startOfDay(startedAt));
  return [...days].map(([startsAt, ofDay]) => ({ startsAt, calls: ofDay }));
}

/** The heading of a day: today and yesterday in words, others by their date, with the year where it is another. */
export function dayHeading(
  startsAt: number,
  now: number,
  language: string,
  words: { readonly today: string; readonly yesterday: string },
): string {
  const today = startOfDay(now);
  if (startsAt === today) return words.today;
  // A day before noon of today is yesterday, also where clocks were put forward or back.
  if (startsAt === startOfDay(today - 12 * 3_600_000)) return words.yesterday;
  const isThisYear = new Date(startsAt).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(startsAt);
}

/** How long ago, in the largest unit that fits: "5 minutes ago". */
export function timeAgo(at: number, now: number, language: string): string {
  const seconds = Math.min(0, Math.round((at - now) / 1_000));
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (seconds > -60) return format.format(seconds, 'second');
  if (seconds > -3_600) return format.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86_400) return format.format(Math.round(seconds / 3_600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** A length as people say it: "2 minutes, 5 seconds". */
export function lengthOf(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 3_600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const shown = parts.filter(([count, unit]) => count > 0 || (unit === 'second' && seconds === 0));
  const texts = shown.map(([count, unit]) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count),
  );
  return new Intl.ListFormat(language, { type: 'unit', style: 'short' }).format(texts);
}
