/** The vectors are complete: whoever passes them has met every suite, algorithm, message, payload and reason to refuse. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import comparisonCodes from '../vectors/comparison-code.json' with { type: 'json' };
import dataFrames from '../vectors/data-frames.json' with { type: 'json' };
import handshake from '../vectors/handshake.json' with { type: 'json' };
import rotations from '../vectors/key-rotation.json' with { type: 'json' };
import schedule from '../vectors/key-schedule.json' with { type: 'json' };
import rekey from '../vectors/rekey.json' with { type: 'json' };
import envelopes from '../vectors/signed-envelope.json' with { type: 'json' };
import { CALL_TYPES } from './call-status.ts';
import { DATA_KIND_BYTES } from './data-frame/layout.ts';
import { controlSchema } from './data-frame/payload.ts';
import { ERROR_CODES } from './errors/error-table.ts';
import { FRAME_KIND_BYTES, type FrameKind, readFrameHeader } from './frame/frame-header.ts';
import { ENVELOPE_SUITES } from './signed-envelope/suites.ts';
import { SIGNING_ALGORITHMS } from './signing/signing-key.ts';

const sealed = [...envelopes.sealedByPython, ...envelopes.sealedByOracleCalls];
const pairs = ENVELOPE_SUITES.flatMap((suite) => SIGNING_ALGORITHMS.map((algorithm) => `${suite} ${algorithm}`));
const kindOf = (frameHex: string): FrameKind => readFrameHeader(hexToBytes(frameHex)).kind;
const setOf = (...lists: readonly (readonly unknown[])[]): ReadonlySet<unknown> => new Set(lists.flat());

const frames = [
  ...handshake.calls.flatMap(({ offer, accept, confirm }) => [offer, accept, confirm]),
  ...rekey.exchanges.flatMap(({ offer, accept, confirm }) => [offer, accept, confirm]),
  ...dataFrames.sequences.flatMap((sequence) => sequence.frames),
];

test('every kind of frame is accepted somewhere', () => {
  expect(setOf(frames.map(({ frameHex }) => kindOf(frameHex)))).toEqual(setOf(Object.keys(FRAME_KIND_BYTES)));
});

test('every kind of frame is rejected somewhere', () => {
  const named = [
    ...handshake.rejected.map(({ name }) => name.split(':')[0]),
    ...rekey.rejected.map(({ name }) => `rekey-${name.split(':')[0] ?? ''}`),
    ...(dataFrames.rejected.length > 0 ? ['data'] : []),
  ];
  expect(setOf(named)).toEqual(setOf(Object.keys(FRAME_KIND_BYTES)));
});

test('every suite is sealed and signed with every algorithm, by two implementations', () => {
  for (const rows of [envelopes.sealedByPython, envelopes.sealedByOracleCalls]) {
    expect(setOf(rows.map(({ context, user }) => `${context.suite} ${user.algorithm}`))).toEqual(setOf(pairs));
  }
  expect(setOf(sealed.map(({ context }) => context.callType))).toEqual(setOf(CALL_TYPES));
  expect(setOf(sealed.map(({ context }) => 'ringEventId' in context))).toEqual(setOf([true, false]));
});

test('the oracle signs its handshakes with every algorithm', () => {
  expect(setOf(handshake.calls.map(({ identityAlgorithm }) => identityAlgorithm))).toEqual(setOf(SIGNING_ALGORITHMS));
});

test('rotations are of every suite and of none, by every algorithm', () => {
  const kinds = rotations.accepted.map(
    ({ next, pinnedKey }) => `${'envelopeKey' in next ? next.envelopeKey.suite : 'none'} ${pinnedKey.algorithm}`,
  );
  expect(setOf(kinds)).toEqual(
    setOf(
      pairs,
      SIGNING_ALGORITHMS.map((algorithm) => `none ${algorithm}`),
    ),
  );
});

test('every payload is sent in every direction, and beside each stands one like it that is refused', () => {
  const actions = controlSchema.options.map(({ entries }) => `control ${entries.action.literal}`);
  const others = Object.keys(DATA_KIND_BYTES).filter((kind) => kind !== 'control');
  for (const { name, frames: sent } of dataFrames.sequences) {
    const kinds = sent.map(({ payload }) => ('action' in payload ? `control ${payload.action}` : payload.kind));
    expect(setOf(kinds)).toEqual(setOf(actions, others));
    const refused = dataFrames.rejected.filter(({ sequence, of }) => sequence === name && of !== undefined);
    expect(setOf(refused.map(({ of }) => of))).toEqual(setOf(actions, others));
  }
  expect(setOf(dataFrames.sequences.map(({ direction }) => direction)).size).toBe(2);
});

test('epochs cover more than one attempt, epoch and slot', () => {
  expect(setOf(schedule.epochs.map(({ attempt }) => attempt)).size).toBeGreaterThan(1);
  expect(setOf(schedule.epochs.map(({ epoch }) => epoch)).size).toBeGreaterThan(1);
  expect(setOf(schedule.epochs.map(({ mediaKeyIndex }) => mediaKeyIndex)).size).toBeGreaterThan(2);
});

describe('beside each accepted example stands a rejected one:', () => {
  test.each<[string, readonly string[], readonly (string | undefined)[]]>([
    ['envelopes', sealed.map(({ name }) => name), envelopes.rejected.map(({ of }) => of)],
    ['rotations', rotations.accepted.map(({ name }) => name), rotations.rejected.map(({ of }) => of)],
    ['calls', handshake.calls.map(({ name }) => name), handshake.rejected.map(({ call }) => call)],
    ['epochs', schedule.epochs.map(({ name }) => name), schedule.rejected.map(({ epoch }) => epoch)],
    ['sequences', dataFrames.sequences.map(({ name }) => name), dataFrames.rejected.map(({ sequence }) => sequence)],
    [
      'comparison codes',
      comparisonCodes.codes.map(({ name }) => name),
      comparisonCodes.rejected.map(({ name }) => name.split(':')[0]),
    ],
  ])('%s', (_what, accepted, rejected) => {
    expect(setOf(rejected)).toEqual(setOf(accepted));
  });
});

/** Reasons that no single message can bring about: they come of memory, of closing, of a store, of time, of a person, of a count or a size. */
const NOT_IN_VECTORS: readonly string[] = [
  'ERR_ENVELOPE_REPLAYED',
  'ERR_HANDSHAKE_CLOSED',
  'ERR_KEY_EXHAUSTED',
  'ERR_KEY_STORE',
  'ERR_KEY_STORE_AWAY',
  'ERR_DATA_TOO_LARGE',
  'ERR_DATA_SENDER',
  'ERR_HANDSHAKE_TIMEOUT',
  'ERR_HANDSHAKE_COMPARISON',
];

test('every reason of envelope, handshake, key and data has an example', () => {
  const files = [envelopes, rotations, handshake, rekey, dataFrames, comparisonCodes];
  const shown = setOf(...files.map(({ rejected }) => (rejected as { code?: string }[]).map(({ code }) => code)));
  const due = ERROR_CODES.filter((code) => /^ERR_(?:ENVELOPE|HANDSHAKE|KEY|DATA)_/.test(code));
  expect(due.filter((code) => !shown.has(code) && !NOT_IN_VECTORS.includes(code))).toEqual([]);
  expect(NOT_IN_VECTORS.filter((code) => shown.has(code))).toEqual([]);
});
