import type { KeypadKey } from '@oracle-calls/protocol/data-frame';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, it } from 'vitest';
import { AnswerUsers } from './answer-user.ts';
import type { CallUser } from './call-user.ts';

const CHOICES = [{ key: '1', label: 'Tea' }] as const;
const clock = new FakeClock();

function scene() {
  const did: string[] = [];
  const chosen = Promise.withResolvers<KeypadKey | undefined>();
  const user: CallUser = {
    choose: (text, _choices, { signal } = {}) => {
      did.push(`asks ${text}`);
      signal?.addEventListener('abort', () => chosen.reject(signal.reason as Error));
      return chosen.promise;
    },
    offer: (text, _choices, { signal } = {}) => {
      did.push(`offers ${text}`);
      signal?.addEventListener('abort', () => did.push(`takes back ${text}`));
    },
    write: (text) => void did.push(`writes ${text}`),
  };
  const users = new AnswerUsers(user);
  const begin = (settled?: Promise<void>) => {
    const abort = new AbortController();
    const say = (text: string): void => void did.push(`says ${text}`);
    return { abort, user: users.begin({ signal: abort.signal, settled, say }) };
  };
  return { did, chosen, begin };
}

it('an answer asks on the screen and aloud', async () => {
  const { did, chosen, begin } = scene();
  const key = begin().user.choose('Which?', CHOICES);
  await clock.settle();
  expect(did).toEqual(['asks Which?', 'says Which?']);
  chosen.resolve('1');
  expect(await key).toBe('1');
});

it('an answer that was begun early reaches the user once the turn is over, in its order', async () => {
  const { did, begin } = scene();
  const settled = Promise.withResolvers<void>();
  const { user } = begin(settled.promise);
  user.write('a');
  user.offer('b', CHOICES);
  void user.choose('c', CHOICES).catch(() => undefined);
  await clock.settle();
  expect(did).toEqual([]);
  settled.resolve();
  await clock.settle();
  expect(did).toEqual(['writes a', 'offers b', 'asks c', 'says c']);
});

it('an answer that was dropped while the user went on shows nothing, and takes nothing back', async () => {
  const { did, begin } = scene();
  begin().user.offer('before', CHOICES);
  await clock.settle();
  const settled = Promise.withResolvers<void>();
  const dropped = begin(settled.promise);
  dropped.user.write('never');
  const reason = new Error('the user goes on');
  const refused = expect(dropped.user.choose('never', CHOICES)).rejects.toBe(reason);
  dropped.abort.abort(reason);
  settled.resolve();
  await refused;
  await clock.settle();
  expect(did).toEqual(['offers before']);
});

it('a question goes with its answer', async () => {
  const { begin } = scene();
  const { abort, user } = begin();
  const reason = new Error('interrupted');
  const refused = expect(user.choose('Which?', CHOICES)).rejects.toBe(reason);
  await clock.settle();
  abort.abort(reason);
  await refused;
});

it('what one answer offered outlives it, and is taken back by the next', async () => {
  const { did, begin } = scene();
  const first = begin();
  first.user.offer('one', CHOICES);
  await clock.settle();
  first.abort.abort(new Error('over'));
  await clock.settle();
  expect(did).toEqual(['offers one']);
  begin().user.offer('two', CHOICES);
  await clock.settle();
  expect(did).toEqual(['offers one', 'takes back one', 'offers two']);
});

it('what cannot be shown is refused at once, to whoever wrote it', () => {
  const { user } = scene().begin(new Promise(() => undefined));
  expect(() => user.write('')).toThrow();
  expect(() => user.offer('', CHOICES)).toThrow();
});
