import type { Room } from 'livekit-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LocalTrack } from '../devices/devices-port.ts';
import { PlatformTrack } from './platform-track.fixture.ts';
import { replaceTrack, unpublishTrack } from './published-changes.ts';
import { PublishedTracks } from './published-tracks.ts';
import { SendingGuard } from './sending-guard.ts';

const SENDER = { name: 'sender' } as object as RTCRtpSender;

/** What LiveKit was given, with whether it could give samples at that moment. */
let given: string[];
let isSealing: boolean;
let isMending: boolean;
let guard: SendingGuard;
let published: PublishedTracks;
let first: LocalTrack;
let second: LocalTrack;

const platformOf = (track: LocalTrack): PlatformTrack => track.mediaStreamTrack as PlatformTrack & MediaStreamTrack;
const isOpen = (track: LocalTrack): boolean => PlatformTrack.isEnabled(platformOf(track));
const settled = (): Promise<void> => new Promise(setImmediate);

function microphone(): LocalTrack {
  const mediaStreamTrack = new PlatformTrack() as PlatformTrack & MediaStreamTrack;
  return { source: 'microphone', kind: 'audio', mediaStreamTrack, level: () => 0, stop: () => undefined };
}

beforeEach(async () => {
  vi.stubGlobal('MediaStreamTrack', PlatformTrack);
  [given, isSealing, isMending] = [[], true, false];
  guard = new SendingGuard({ isSealing: async () => isSealing, onReady: () => undefined });
  guard.resume();
  const note = (what: string, track: object): void => {
    given.push(`${what} ${PlatformTrack.isEnabled(track) ? 'open' : 'silent'}`);
  };
  const livekitTrack = {
    sender: SENDER,
    async replaceTrack(track: object) {
      note('replaced by', track);
      if (isMending) throw new Error('unable to replace an unpublished track');
    },
  };
  const localParticipant = {
    async publishTrack(track: MediaStreamTrack) {
      note('published', track);
      guard.senderCreated(track, SENDER);
      return { track: livekitTrack };
    },
    async unpublishTrack() {
      note('unpublished', platformOf(first));
    },
  };
  published = new PublishedTracks({ localParticipant } as object as Room, guard);
  [first, second] = [microphone(), microphone()];
  await published.publish(first);
  await settled();
  expect(isOpen(first)).toBe(true);
});

afterEach(() => {
  guard[Symbol.dispose]();
  vi.unstubAllGlobals();
});

test('a track that takes the place of another is silent when the sender gets it, and until its frames are known as sealed', async () => {
  isSealing = false;
  await replaceTrack(published, first, second);
  await settled();
  expect(given).toEqual(['published silent', 'replaced by silent']);
  expect([isOpen(first), isOpen(second)]).toEqual([false, false]);
  isSealing = true;
  await guard.reconsider();
  expect([isOpen(first), isOpen(second)]).toEqual([false, true]);
  expect([...published.all.keys()]).toEqual([second]);
});

test('the same without its gate would give samples at once', async () => {
  vi.spyOn(guard, 'hold').mockReturnValue(undefined);
  isSealing = false;
  await replaceTrack(published, first, second);
  expect(given).toEqual(['published silent', 'replaced by open']);
});

test('muted stays muted, whichever track it is', async () => {
  published.setMuted(second, true);
  await replaceTrack(published, first, second);
  await settled();
  expect(isOpen(second)).toBe(false);
  published.setMuted(second, false);
  expect(isOpen(second)).toBe(true);
});

test('a sender that does not take it leaves the one before as it was', async () => {
  isMending = true;
  await expect(replaceTrack(published, first, second)).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
  expect([isOpen(first), isOpen(second)]).toEqual([true, false]);
  expect([...published.all.keys()]).toEqual([first]);
});

test('what is not published cannot be replaced', async () => {
  await expect(replaceTrack(published, second, first)).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
});

test('a track that is taken away is silent before it goes', async () => {
  await unpublishTrack(published, first);
  expect(given).toEqual(['published silent', 'unpublished silent']);
  expect(published.all.size).toBe(0);
});
