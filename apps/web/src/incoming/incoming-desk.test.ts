import { OracleCallError } from '@oracle-calls/protocol';
import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { beforeAll, expect, test } from 'vitest';
import { speakEnglish } from '../language/speak.fixture.ts';
import { IncomingDesk } from './incoming-desk.ts';

beforeAll(speakEnglish);

function scene({ isHidden = false } = {}) {
  const calls = new ScriptedOracleCalls(new FakeClock());
  const heard: string[] = [];
  const answered: string[] = [];
  let failure: OracleCallError | undefined;
  const desk = new IncomingDesk({
    rings: calls.rings,
    desk: {
      answer: (ring) => {
        if (failure !== undefined) throw failure;
        answered.push(ring.ringEventId);
        calls.rings.accept(ring);
      },
    },
    nameOf: () => 'The oracle',
    ringtone: { start: () => heard.push('tone'), stop: () => heard.push('silence') },
    notifier: {
      show: ({ title }) => {
        heard.push(`notification: ${title}`);
        return { [Symbol.dispose]: () => heard.push('notification taken back') };
      },
    },
    title: { flash: (text) => heard.push(`title: ${text ?? 'none'}`) },
    isHidden: () => isHidden,
  });
  return { calls, desk, heard, answered, fail: (error: OracleCallError) => (failure = error) };
}

test('a ring is heard and stands in the title; it is told outside only when nobody looks', () => {
  const seen = scene();
  seen.calls.rings.ring({ reason: 'Your results are here.' });
  expect(seen.desk.value.ring).toMatchObject({ reason: 'Your results are here.' });
  expect(seen.heard).toEqual(['silence', 'title: none', 'tone', 'title: The oracle is calling']);
  const hidden = scene({ isHidden: true });
  hidden.calls.rings.ring();
  expect(hidden.heard.at(-1)).toBe('notification: The oracle is calling');
});

test('answering is silent at once, and the call is the desk’s', () => {
  const { calls, desk, heard, answered } = scene({ isHidden: true });
  const ring = calls.rings.ring();
  heard.length = 0;
  desk.accept();
  expect(answered).toEqual([ring.ringEventId]);
  expect(heard.slice(0, 3)).toEqual(['silence', 'title: none', 'notification taken back']);
  expect(desk.value).toMatchObject({ ring: undefined, missed: undefined, isElsewhere: false });
});

test('declining takes the ring from the page before anybody has been told', async () => {
  const { calls, desk, heard } = scene();
  calls.rings.ring();
  const declining = desk.decline();
  expect(desk.value.ring).toBeUndefined();
  expect(heard.at(-2)).toBe('silence');
  await declining;
  expect(desk.value.missed).toBeUndefined();
});

test.each([
  ['lapsed', { missed: true, isElsewhere: false }],
  ['cancelled', { missed: true, isElsewhere: false }],
  ['elsewhere', { missed: false, isElsewhere: true }],
] as const)('a ring that %s is over here too, and that is told', (status, told) => {
  const { calls, desk, heard } = scene();
  calls.rings.ring();
  calls.rings.settle(status);
  expect(heard.at(-2)).toBe('silence');
  const { ring, missed, isElsewhere } = desk.value;
  expect({ ring, missed: missed !== undefined, isElsewhere }).toEqual({ ring: undefined, ...told });
  desk.dismiss();
  expect(desk.value).toMatchObject({ missed: undefined, isElsewhere: false });
});

test('an answer that fails says why, and the ring is not left on the page', () => {
  const { calls, desk, fail } = scene();
  calls.rings.ring();
  fail(new OracleCallError('ERR_CALL_ENDED'));
  desk.accept();
  expect(desk.value).toMatchObject({ ring: undefined, error: { code: 'ERR_CALL_ENDED' } });
});

test('a word about the same ring does not start it anew', () => {
  const { calls, heard } = scene();
  const ring = calls.rings.ring();
  const count = heard.length;
  calls.rings.ring({ ...ring, reason: 'One more word.' });
  expect(heard).toHaveLength(count);
});

test('nothing is heard after the end', () => {
  const { calls, desk, heard } = scene();
  desk[Symbol.dispose]();
  heard.length = 0;
  calls.rings.ring();
  expect(heard).toEqual([]);
});
