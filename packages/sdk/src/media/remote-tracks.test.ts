import type { RemoteTrack as LiveKitRemoteTrack } from 'livekit-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlatformTrack } from './platform-track.fixture.ts';
import { RemoteTracks } from './remote-tracks.ts';

const AGENT = 'agent';
const MALLORY = 'mallory';

/** What the worker was asked for, in order. */
let bound: { readonly receiver: RTCRtpReceiver; readonly to: string | undefined }[];
let told: string[];
/** Receivers whose frames come to the worker. */
let flowing: Set<object | undefined>;
let held: PromiseWithResolvers<void> | undefined;
let tracks: RemoteTracks;

const receiverOf = (name: string): RTCRtpReceiver => ({ name, track: {} }) as object as RTCRtpReceiver;
const trackOf = (sid: string, receiver = receiverOf(sid), mediaStreamTrack = new PlatformTrack()): LiveKitRemoteTrack =>
  ({ sid, receiver, mediaStreamTrack }) as object as LiveKitRemoteTrack;
/** Whether the platform gives the track's sound, whatever anybody else believes. */
const isHeard = ({ mediaStreamTrack }: LiveKitRemoteTrack): boolean => PlatformTrack.isEnabled(mediaStreamTrack);
const settled = (): Promise<void> => new Promise(setImmediate);

beforeEach(() => {
  bound = [];
  told = [];
  held = undefined;
  flowing = new Set();
  vi.stubGlobal('MediaStreamTrack', PlatformTrack);
  tracks = new RemoteTracks({
    cryptor: {
      async bindReceiver(receiver, to) {
        bound.push({ receiver, to });
        if (to !== undefined) await held?.promise;
      },
      isFlowing: (path) => flowing.has(path),
    },
    createTrack: (track, participantIdentity) => ({
      trackId: track.sid ?? '',
      participantIdentity,
      kind: 'audio',
      play: () => ({ [Symbol.dispose]: () => undefined }),
      level: () => 0,
      [Symbol.dispose]: () => told.push(`disposed ${track.sid}`),
    }),
    tell: (notice) => {
      if (notice.kind === 'trackArrived') told.push(`arrived ${notice.track.trackId}`);
      if (notice.kind === 'trackGone') told.push(`gone ${notice.trackId}`);
    },
  });
});

afterEach(() => {
  tracks[Symbol.dispose]();
  vi.unstubAllGlobals();
});

test('a track is held, tied to no keys, until its participant is admitted', async () => {
  const track = trackOf('TR_1');
  tracks.subscribed(track, AGENT);
  await settled();
  expect(told).toEqual([]);
  expect(bound).toEqual([{ receiver: track.receiver, to: undefined }]);
  tracks.admit(AGENT);
  await settled();
  expect(bound.at(-1)).toEqual({ receiver: track.receiver, to: AGENT });
  expect(told).toEqual(['arrived TR_1']);
});

test('of an admitted participant later tracks arrive too, of another none', async () => {
  tracks.admit(AGENT);
  tracks.subscribed(trackOf('TR_1'), AGENT);
  tracks.subscribed(trackOf('TR_2'), MALLORY);
  await settled();
  expect(told).toEqual(['arrived TR_1']);
  expect(bound.filter(({ to }) => to !== undefined).length).toBe(1);
});

test('a track is told only once its frames are opened with its participant’s keys', async () => {
  held = Promise.withResolvers();
  tracks.admit(AGENT);
  tracks.subscribed(trackOf('TR_1'), AGENT);
  await settled();
  expect(told).toEqual([]);
  held.resolve();
  await settled();
  expect(told).toEqual(['arrived TR_1']);
});

test('a worker that cannot do it leaves the track untold', async () => {
  held = Promise.withResolvers();
  tracks.admit(AGENT);
  tracks.subscribed(trackOf('TR_1'), AGENT);
  held.reject(new Error('no answer'));
  await settled();
  expect(told).toEqual([]);
});

test('refused while it was being bound, it is not told and not tied', async () => {
  held = Promise.withResolvers();
  const track = trackOf('TR_1');
  tracks.subscribed(track, AGENT);
  tracks.admit(AGENT);
  await settled();
  tracks.refuse(AGENT);
  held.resolve();
  await settled();
  expect(told).toEqual([]);
  expect(bound.at(-1)).toEqual({ receiver: track.receiver, to: undefined });
});

test('refusing takes away what was heard, and what comes later', async () => {
  tracks.admit(AGENT);
  const track = trackOf('TR_1');
  tracks.subscribed(track, AGENT);
  await settled();
  tracks.refuse(AGENT);
  await settled();
  expect(told).toEqual(['arrived TR_1', 'disposed TR_1', 'gone TR_1']);
  expect(bound.at(-1)).toEqual({ receiver: track.receiver, to: undefined });
  expect(tracks.isRefused(AGENT)).toBe(true);
  tracks.subscribed(trackOf('TR_2'), AGENT);
  await settled();
  expect(told.length).toBe(3);
});

test('admitted twice, a track arrives once', async () => {
  tracks.subscribed(trackOf('TR_1'), AGENT);
  tracks.admit(AGENT);
  tracks.admit(AGENT);
  await settled();
  expect(told).toEqual(['arrived TR_1']);
  expect(tracks.arrived.map(({ track }) => track.trackId)).toEqual(['TR_1']);
});

test('a receiver that serves another participant’s track loses the keys of the one before', async () => {
  const receiver = receiverOf('reused');
  const before = trackOf('TR_1', receiver);
  tracks.admit(AGENT);
  tracks.subscribed(before, AGENT);
  await settled();
  tracks.subscribed(trackOf('TR_2', receiver), MALLORY);
  await settled();
  expect(bound.at(-1)).toEqual({ receiver, to: undefined });
});

test('a track that ends late does not take the keys of the next one on its receiver', async () => {
  const receiver = receiverOf('reused');
  const before = trackOf('TR_1', receiver);
  tracks.admit(AGENT);
  tracks.subscribed(before, AGENT);
  tracks.subscribed(trackOf('TR_2', receiver), AGENT);
  await settled();
  tracks.unsubscribed(before);
  await settled();
  expect(bound.at(-1)).toEqual({ receiver, to: AGENT });
  expect(tracks.arrived.map(({ track }) => track.trackId)).toEqual(['TR_2']);
});

test('nothing is heard before its participant is admitted and its frames were seen to go through the worker', async () => {
  const track = trackOf('TR_1');
  flowing.add(track.receiver);
  tracks.subscribed(track, AGENT);
  tracks.flowing();
  await settled();
  expect(isHeard(track)).toBe(false);
  tracks.admit(AGENT);
  await settled();
  expect(isHeard(track)).toBe(true);
  tracks.refuse(AGENT);
  expect(isHeard(track)).toBe(false);
});

test('a track whose frames the browser leads past the worker is told, and silent until they come', async () => {
  const track = trackOf('TR_1');
  tracks.admit(AGENT);
  tracks.subscribed(track, AGENT);
  await settled();
  expect(told).toEqual(['arrived TR_1']);
  expect(isHeard(track)).toBe(false);
  flowing.add(track.receiver);
  tracks.flowing();
  expect(isHeard(track)).toBe(true);
});

test('LiveKit, which believes the SFU, cannot switch a track on', async () => {
  const track = trackOf('TR_1');
  tracks.subscribed(track, AGENT);
  track.mediaStreamTrack.enabled = true;
  expect(isHeard(track)).toBe(false);
});

test('a track that ends late does not silence the next one on its receiver', async () => {
  const receiver = receiverOf('reused');
  const platformTrack = new PlatformTrack();
  const [before, after] = [trackOf('TR_1', receiver, platformTrack), trackOf('TR_2', receiver, platformTrack)];
  flowing.add(receiver);
  tracks.admit(AGENT);
  tracks.subscribed(before, AGENT);
  tracks.subscribed(after, AGENT);
  await settled();
  tracks.unsubscribed(before);
  expect(isHeard(after)).toBe(true);
  tracks.unsubscribed(after);
  expect(isHeard(after)).toBe(false);
});
