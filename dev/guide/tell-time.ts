import { defineTool } from '@oracle-calls/agent/oracle';
import { systemClock } from '@oracle-calls/protocol';
import * as v from 'valibot';

export const tellTime = defineTool({
  name: 'tellTime',
  description: 'Tells the date and the time where the oracle runs.',
  parameters: v.object({}),
  isLookup: true,
  examples: ['What time is it?', 'Tell me the time.', 'What day is it today?', 'What is the date?'],
  run: () => describeTime(systemClock.now()),
});

/** An instant as it is said, in the time zone of this machine unless told another. */
export function describeTime(atMs: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const at = new Date(atMs);
  const time = new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'short' }).format(at);
  const day = new Intl.DateTimeFormat('en-GB', { ...zone, weekday: 'long', day: 'numeric', month: 'long' }).format(at);
  return `Where I run it is ${time} on ${day}.`;
}
