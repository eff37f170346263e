import { expect, test } from 'vitest';
import { networkOf, networkSampleOf } from './network-sample.ts';

const PAIR = { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.042 };
const OUTBOUND = { type: 'outbound-rtp', kind: 'audio', packetsSent: 200 };
const REMOTE = { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 4, roundTripTime: 9 };
const INBOUND = { type: 'inbound-rtp', kind: 'audio', packetsReceived: 90, packetsLost: 10, jitter: 0.0123 };

test('both directions are counted once, though each report has the entries of the whole connection', () => {
  const sender = new Map<string, object>([
    ['P', PAIR],
    ['O', OUTBOUND],
    ['R', REMOTE],
  ]);
  const receiver = new Map<string, object>([
    ['P', PAIR],
    ['I', INBOUND],
  ]);
  const whole = { roundTripMs: 42, jitterMs: 12, expectedPackets: 300, lostPackets: 14 };
  expect(networkSampleOf([sender, receiver])).toEqual(whole);
  expect(networkSampleOf([sender, receiver, receiver])).toEqual(whole);
});

test('the round trip is what this client measured, on the pair in use, not what the other end reports', () => {
  const report = new Map<string, object>([
    ['A', { ...PAIR, nominated: false, currentRoundTripTime: 3 }],
    ['P', PAIR],
    ['B', { ...PAIR, nominated: false, currentRoundTripTime: 5 }],
    ['R', REMOTE],
  ]);
  expect(networkSampleOf([report])).toMatchObject({ roundTripMs: 42 });
});

test('duplicates, which make losses negative, are no gain', () => {
  const report = new Map([['I', { ...INBOUND, packetsLost: -7 }]]);
  expect(networkSampleOf([report])).toMatchObject({ expectedPackets: 90, lostPackets: 0 });
});

test('reports that say nothing are no sample', async () => {
  expect(networkSampleOf([])).toBeUndefined();
  expect(
    networkSampleOf([new Map<string, unknown>([['X', null]]), new Map([['Y', { type: 'codec' }]])]),
  ).toBeUndefined();
  expect(await networkOf([{ sender: undefined }], [])).toBeUndefined();
});
