import { parseDid } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { OracleShelf, shelfKeyOf } from './oracle-shelf.ts';

const LISTED = { oracleDid: parseDid('did:web:listed.example'), name: 'Listed' };
const [ONE, TWO] = [parseDid('did:web:one.example'), parseDid('did:web:two.example')];
const ALICE = '@alice:localhost';

function memory() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

function open(storage = memory(), userId = ALICE) {
  return new OracleShelf({ userId, listed: [LISTED], storage, clock: new FakeClock() });
}

const didsOf = (shelf: OracleShelf) => shelf.value.map(({ oracleDid }) => oracleDid);

test('the operator’s oracles come first, then those that were called, the last one in front', () => {
  const shelf = open();
  shelf.keep({ oracleDid: ONE });
  shelf.keep({ oracleDid: TWO, matrixUserId: '@two:localhost', name: 'Two' });
  shelf.keep({ oracleDid: ONE });
  expect(didsOf(shelf)).toEqual([LISTED.oracleDid, ONE, TWO]);
  expect(shelf.find(TWO)).toMatchObject({ matrixUserId: '@two:localhost', name: 'Two', isListed: false });
});

test('an oracle of the list stays in its place when it was called, and keeps the operator’s name for it', () => {
  const shelf = open();
  shelf.keep({ oracleDid: LISTED.oracleDid, matrixUserId: '@listed:localhost', name: 'Another name' });
  expect(shelf.value).toEqual([{ ...LISTED, matrixUserId: '@listed:localhost', isListed: true }]);
  shelf.forget(LISTED.oracleDid);
  expect(didsOf(shelf)).toEqual([LISTED.oracleDid]);
});

test('what is known stays known when an oracle is called without it', () => {
  const shelf = open();
  shelf.keep({ oracleDid: ONE, name: 'One' });
  shelf.keep({ oracleDid: ONE });
  expect(shelf.find(ONE)?.name).toBe('One');
});

test('whether an oracle remembers is known from its last call on', () => {
  const storage = memory();
  const shelf = open(storage);
  shelf.keep({ oracleDid: ONE });
  expect(shelf.find(ONE)?.remembers).toBeUndefined();
  shelf.keep({ oracleDid: ONE, remembers: true });
  shelf.keep({ oracleDid: ONE, name: 'One' });
  expect(open(storage).find(ONE)).toMatchObject({ name: 'One', remembers: true });
  shelf.keep({ oracleDid: LISTED.oracleDid, remembers: true });
  shelf.keep({ oracleDid: LISTED.oracleDid, remembers: false });
  expect(open(storage).find(LISTED.oracleDid)?.remembers).toBe(false);
});

test('each account of a browser has its own, and finds them again', () => {
  const storage = memory();
  open(storage).keep({ oracleDid: ONE });
  expect(didsOf(open(storage))).toEqual([LISTED.oracleDid, ONE]);
  expect(didsOf(open(storage, '@bob:localhost'))).toEqual([LISTED.oracleDid]);
  open(storage).forget(ONE);
  expect(didsOf(open(storage))).toEqual([LISTED.oracleDid]);
});

test.each(['', 'no json', '{}', '[{"oracleDid":"oracle","usedAt":1}]'])(
  'a storage that holds something else (%s) is an empty one',
  (text) => {
    const storage = memory();
    storage.setItem(shelfKeyOf(ALICE), text);
    expect(didsOf(open(storage))).toEqual([LISTED.oracleDid]);
  },
);

test('a storage that refuses to keep does not keep a person from choosing', () => {
  const storage = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    },
  };
  const shelf = new OracleShelf({ userId: ALICE, listed: [], storage, clock: new FakeClock() });
  shelf.keep({ oracleDid: ONE });
  expect(didsOf(shelf)).toEqual([ONE]);
});
