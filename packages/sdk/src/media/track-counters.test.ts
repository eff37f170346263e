import { expect, test } from 'vitest';
import { countersOf } from './track-counters.ts';

test('packets and bytes of all RTP streams of a track are summed, other entries are not', () => {
  const report = new Map<string, unknown>([
    ['a', { type: 'outbound-rtp', kind: 'audio', packetsSent: 10, bytesSent: 100 }],
    ['b', { type: 'outbound-rtp', kind: 'audio', packetsSent: 5, bytesSent: 50 }],
    ['c', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 2, bytesReceived: 20 }],
    ['d', { type: 'candidate-pair', packetsSent: 1_000, bytesSent: 1_000 }],
  ]);
  expect(countersOf(report)).toEqual({ packets: 17, bytes: 170, frames: 17 });
});

test('sound has a frame in each packet that is not a repetition, pictures are counted by the browser', () => {
  const sound = { type: 'outbound-rtp', kind: 'audio', packetsSent: 10, retransmittedPacketsSent: 3, bytesSent: 100 };
  const sent = { type: 'outbound-rtp', kind: 'video', packetsSent: 50, framesSent: 7, bytesSent: 100 };
  const seen = { type: 'inbound-rtp', kind: 'video', packetsReceived: 50, framesDecoded: 6, bytesReceived: 100 };
  expect(countersOf([['a', sound]]).frames).toBe(7);
  expect(countersOf([['a', sent]]).frames).toBe(7);
  expect(countersOf([['a', seen]]).frames).toBe(6);
});

test('a report that is missing or odd counts as nothing', () => {
  const nothing = { packets: 0, bytes: 0, frames: 0 };
  expect(countersOf(undefined)).toEqual(nothing);
  expect(
    countersOf([
      ['a', null],
      ['b', { type: 'inbound-rtp', packetsReceived: 'many' }],
    ]),
  ).toEqual(nothing);
});
