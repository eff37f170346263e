import { hkdfSync, createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedBytes, fixedSecret, flipBit } from '../handshake/call.fixture.ts';
import { comparePositions, DIRECTIONS, MEDIA_KEY_SLOTS, mediaKeyIndex } from './epoch-keys.ts';
import { confirmationTag, Epoch, isConfirmationTag, type EpochInput } from './key-schedule.ts';
import { labelledHash, signedMessage } from './labelled-hash.ts';

const input: EpochInput = {
  chainKey: fixedSecret('chain'),
  sharedSecret: fixedSecret('shared'),
  transcript: fixedBytes('transcript'),
  attempt: 3,
  epoch: 7,
};

const secretsOf = (epoch: Epoch): readonly string[] =>
  [
    epoch.master,
    epoch.userConfirm,
    epoch.agentConfirm,
    epoch.rekeySeal,
    ...DIRECTIONS.flatMap((direction) => [epoch.keys.media[direction], epoch.keys.data[direction]]),
  ].map((secret) => Buffer.from(secret.expose()).toString('hex'));

test("the schedule is Node's HKDF over the labelled hash", () => {
  const epoch = new Epoch(input);
  const shared = labelledHash('shared secret', [
    ['sharedSecret', input.sharedSecret.expose()],
    ['transcript', input.transcript],
  ]);
  const place = Buffer.from('0000000300000007', 'hex');
  const info = (label: string) => Buffer.concat([Buffer.from(`oracle-calls v3 ${label}`), place]);
  const master = hkdfSync('sha256', shared, input.chainKey.expose(), info('master'), 32);
  expect(epoch.master.expose()).toEqual(new Uint8Array(master));
  const media = hkdfSync('sha256', input.transcript, new Uint8Array(master), info('media user-to-oracle'), 32);
  expect(epoch.keys.media['user-to-oracle'].expose()).toEqual(new Uint8Array(media));
});

test('no two secrets are the same, and every input changes all of them', () => {
  const all = secretsOf(new Epoch(input));
  expect(new Set(all).size).toBe(8);
  const changes: Partial<EpochInput>[] = [
    { chainKey: fixedSecret('other') },
    { sharedSecret: fixedSecret('other') },
    { transcript: fixedBytes('other') },
    { attempt: 4 },
    { epoch: 8 },
  ];
  for (const change of changes) {
    const changed = secretsOf(new Epoch({ ...input, ...change }));
    for (const secret of changed) expect(all).not.toContain(secret);
  }
});

test('wiping the chain leaves the keys; wiping the epoch leaves nothing', () => {
  const epoch = new Epoch(input);
  epoch.destroyChain();
  expect(() => epoch.master.expose()).toThrow('destroyed');
  expect(epoch.keys.isDestroyed).toBe(false);
  expect(() => epoch.keys.media['user-to-oracle'].expose()).not.toThrow();
  epoch.destroy();
  expect(epoch.keys.isDestroyed).toBe(true);
  for (const direction of DIRECTIONS) {
    expect(() => epoch.keys.media[direction].expose()).toThrow('destroyed');
    expect(() => epoch.keys.data[direction].expose()).toThrow('destroyed');
  }
  expect(() => input.chainKey.expose()).not.toThrow();
});

test('a confirmation counts for its key and transcript alone', () => {
  const epoch = new Epoch(input);
  const tag = confirmationTag(epoch.userConfirm, epoch.transcript);
  expect(isConfirmationTag(tag, epoch.userConfirm, epoch.transcript)).toBe(true);
  expect(isConfirmationTag(tag, epoch.agentConfirm, epoch.transcript)).toBe(false);
  expect(isConfirmationTag(tag, epoch.userConfirm, fixedBytes('other'))).toBe(false);
  expect(isConfirmationTag(flipBit(tag, 255), epoch.userConfirm, epoch.transcript)).toBe(false);
  expect(isConfirmationTag(tag.slice(0, 31), epoch.userConfirm, epoch.transcript)).toBe(false);
});

test('a labelled hash says where each field ends and what it is called', () => {
  const value = (text: string) => new TextEncoder().encode(text);
  const hash = (label: string, ...fields: [string, string][]) =>
    Buffer.from(
      labelledHash(
        label,
        fields.map(([name, text]) => [name, value(text)] as const),
      ),
    ).toString('hex');
  const different = [
    hash('a', ['x', 'ab'], ['y', 'c']),
    hash('a', ['x', 'a'], ['y', 'bc']),
    hash('a', ['xa', 'b'], ['y', 'c']),
    hash('a', ['y', 'ab'], ['x', 'c']),
    hash('a', ['x', 'ab']),
    hash('ax', ['', 'ab'], ['y', 'c']),
    hash('b', ['x', 'ab'], ['y', 'c']),
    hash('a'),
  ];
  expect(new Set(different).size).toBe(different.length);
  const encoding = Buffer.from(`0011${Buffer.from('oracle-calls v3 a').toString('hex')}000178000000026162`, 'hex');
  expect(hash('a', ['x', 'ab'])).toBe(createHash('sha256').update(encoding).digest('hex'));
});

test('signed messages of two labels never meet', () => {
  const one = signedMessage('offer signature', fixedBytes('hash'));
  expect(signedMessage('accept signature', fixedBytes('hash'))).not.toEqual(one);
  expect(() => signedMessage('offer signature', new Uint8Array(31))).toThrow(RangeError);
});

test('neither the next three epochs nor the next three attempts share a slot of the key ring', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1e6),
      (attempt, epoch, step, other) => {
        const index = mediaKeyIndex({ attempt, epoch });
        expect(index >= 0 && index < MEDIA_KEY_SLOTS && Number.isInteger(index)).toBe(true);
        expect(mediaKeyIndex({ attempt, epoch: epoch + step })).not.toBe(index);
        expect(mediaKeyIndex({ attempt: attempt + step, epoch: other })).not.toBe(index);
      },
    ),
  );
});

test('positions are ordered by attempt, then epoch', () => {
  const places = [
    { attempt: 1, epoch: 9 },
    { attempt: 2, epoch: 1 },
    { attempt: 2, epoch: 2 },
  ];
  expect(places.toReversed().toSorted(comparePositions)).toEqual(places);
  expect(comparePositions({ attempt: 2, epoch: 2 }, { attempt: 2, epoch: 2 })).toBe(0);
});
