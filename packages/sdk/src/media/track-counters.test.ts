import { expect, test } from 'vitest';
import { countersOf } from './track-counters.ts';

test('packets and bytes of all RTP streams of a track are summed, other entries are not', () => {
  const report = new Map<string, unknown>([
    ['a', { type: 'outbound-rtp', packetsSent: 10, bytesSent: 100 }],
    ['b', { type: 'outbound-rtp', packetsSent: 5, bytesSent: 50 }],
    ['c', { type: 'inbound-rtp', packetsReceived: 2, bytesReceived: 20 }],
    ['d', { type: 'candidate-pair', packetsSent: 1_000, bytesSent: 1_000 }],
  ]);
  expect(countersOf(report)).toEqual({ packets: 17, bytes: 170 });
});

test('a report that is missing or odd counts as nothing', () => {
  expect(countersOf(undefined)).toEqual({ packets: 0, bytes: 0 });
  expect(
    countersOf([
      ['a', null],
      ['b', { type: 'inbound-rtp', packetsReceived: 'many' }],
    ]),
  ).toEqual({ packets: 0, bytes: 0 });
});
