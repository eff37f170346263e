import { silentLogger } from '@oracle-calls/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { createPlayableTrack } from './playable-track.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser that lets the page play once it was clicked, and one track in it. */
function createTrack({ refusal = 'NotAllowedError' } = {}) {
  let isClicked = false;
  let elements = 0;
  let opened = 0;
  class FakeAudio {
    srcObject: unknown;
    constructor() {
      elements += 1;
    }
    pause(): void {}
    async play(): Promise<void> {
      if (!isClicked) throw new DOMException('no', refusal);
    }
  }
  vi.stubGlobal('Audio', FakeAudio);
  vi.stubGlobal('MediaStream', function MediaStream() {});
  const track = createPlayableTrack({
    trackId: 'track',
    participantIdentity: 'oracle',
    kind: 'audio',
    mediaStreamTrack: {} as MediaStreamTrack,
    audioGraph: {
      ready: () => {
        opened += 1;
        return {} as AudioContext;
      },
      probe: () => ({ level: () => 0.5, [Symbol.dispose]: () => undefined }),
      speaker: { add: () => undefined, elements: new Set() } as never,
    },
    logger: silentLogger,
  });
  return { track, click: () => (isClicked = true), elements: () => elements, opened: () => opened };
}

test('sound that the browser holds back is told, and played by the element that is there when a click asks again', async () => {
  const { track, click, elements, opened } = createTrack();
  track.play();
  await expect.poll(() => track.isHeldBack?.()).toBe(true);
  click();
  track.play();
  await expect.poll(() => track.isHeldBack?.()).toBe(false);
  expect([elements(), opened()]).toEqual([1, 1]);
});

test('a track that was stopped while it began is not held back', async () => {
  const { track } = createTrack({ refusal: 'AbortError' });
  track.play();
  await Promise.resolve();
  expect(track.isHeldBack?.()).toBe(false);
});

test('sound that plays is left alone', async () => {
  const { track, click, opened } = createTrack();
  click();
  track.play();
  await Promise.resolve();
  track.play();
  expect([track.isHeldBack?.(), opened(), track.level()]).toEqual([false, 0, 0.5]);
});
