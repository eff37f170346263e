import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { PageTitle } from './page-title.ts';

test('what calls for attention takes turns with the title of the screen, until it is over', async () => {
  const clock = new FakeClock();
  const titles: string[] = [];
  const title = new PageTitle((text) => titles.push(text), clock);
  title.show('History');
  title.flash('The oracle is calling');
  await clock.advance(1_000);
  title.show('Home');
  await clock.advance(1_000);
  title.flash(undefined);
  expect(titles).toEqual(['History', 'The oracle is calling', 'History', 'Home', 'The oracle is calling', 'Home']);
  expect(clock.pendingTimers).toBe(0);
});
