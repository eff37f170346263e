import type { LocalTrack as LiveKitLocalTrack, RemoteTrack as LiveKitRemoteTrack } from 'livekit-client';
import { expect, test } from 'vitest';
import type { DropReason, TransformReport } from '../frame-cryptor/worker-messages.ts';
import { receivedStatistics, sentStatistics } from './track-statistics.ts';

const NOTHING_DROPPED = { 'not-admitted': 0, 'no-key': 0, codec: 0, malformed: 0, 'not-authentic': 0, exhausted: 0 };

type Facts = { readonly passed: number; readonly dropped?: Partial<Record<DropReason, number>> } | undefined;

function cryptorThatSays(direction: TransformReport['direction'], facts: Facts) {
  const report: TransformReport | undefined = facts && {
    transform: 1,
    direction,
    medium: 'audio',
    passed: facts.passed,
    dropped: { ...NOTHING_DROPPED, ...facts.dropped },
  };
  return { reportsOf: async () => [report] };
}

async function isSentEncrypted(packetsSent: number, facts: Facts): Promise<boolean | undefined> {
  const stats = new Map([['a', { type: 'outbound-rtp', kind: 'audio', packetsSent, bytesSent: 1 }]]);
  const track = { kind: 'audio', sender: { getStats: async () => stats } } as object as LiveKitLocalTrack;
  const [statistics] = await sentStatistics([track], 'user', cryptorThatSays('seal', facts));
  return statistics?.isEncrypted;
}

async function isReceivedEncrypted(packetsReceived: number, facts: Facts): Promise<boolean | undefined> {
  const stats = new Map([['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived, bytesReceived: 1 }]]);
  const arrived = {
    track: { trackId: 'TR_1', participantIdentity: 'agent', kind: 'audio', play: noSound, level: () => 0 },
    receiver: { getStats: async () => stats } as object as RTCRtpReceiver,
    livekitTrack: {} as LiveKitRemoteTrack,
  } as const;
  const [statistics] = await receivedStatistics([arrived], cryptorThatSays('open', facts));
  return statistics?.isEncrypted;
}

const noSound = (): Disposable => ({ [Symbol.dispose]: () => undefined });

test('what this side sends is encrypted when every frame that the network knows of came to the worker, and it sealed some', async () => {
  expect(await isSentEncrypted(50, { passed: 50 })).toBe(true);
  expect(await isSentEncrypted(50, { passed: 51 })).toBe(true);
  expect(await isSentEncrypted(50, { passed: 49 })).toBe(false);
  expect(await isSentEncrypted(50, { passed: 49, dropped: { 'no-key': 1 } })).toBe(true);
  expect(await isSentEncrypted(0, { passed: 0 })).toBe(false);
  expect(await isSentEncrypted(50, undefined)).toBe(false);
});

test('what is heard is encrypted when the worker opened frames, and each that came was opened or dropped by it', async () => {
  expect(await isReceivedEncrypted(50, { passed: 50 })).toBe(true);
  expect(await isReceivedEncrypted(50, { passed: 30, dropped: { 'not-admitted': 20 } })).toBe(true);
  expect(await isReceivedEncrypted(50, { passed: 30, dropped: { 'not-admitted': 19 } })).toBe(false);
  expect(await isReceivedEncrypted(50, { passed: 0, dropped: { 'no-key': 50 } })).toBe(false);
  expect(await isReceivedEncrypted(50, undefined)).toBe(false);
});

test('a track that has no sender yet is left out', async () => {
  const track = { kind: 'audio' } as object as LiveKitLocalTrack;
  expect(await sentStatistics([track], 'user', { reportsOf: async () => [] })).toEqual([]);
});
