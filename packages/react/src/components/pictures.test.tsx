// @vitest-environment jsdom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showPage } from './page.fixture.tsx';
import { OracleVideo, OwnVideo } from './video.tsx';

/** jsdom has no media: what a page would show is held here. */
class FakeMediaStream {
  readonly tracks: readonly unknown[];
  constructor(tracks: readonly unknown[]) {
    this.tracks = tracks;
  }
}

beforeEach(() => void vi.stubGlobal('MediaStream', FakeMediaStream));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Told apart by their ids. */
const platformTrack = (id: string): MediaStreamTrack => ({ id, readyState: 'live' }) as MediaStreamTrack;
const shownIn = (label: string): unknown => screen.getByLabelText<HTMLVideoElement>(label).srcObject;
const stopping = { level: () => 0, stop: () => undefined };

test("the oracle's picture is shown while there is one, and silent: the SDK plays the sound", async () => {
  const { calls, container, settle } = showPage(<OracleVideo className="big" />);
  act(() => calls.callOracle('video').live());
  expect(container.textContent).toBe('');
  const mediaStreamTrack = platformTrack('oracle');
  act(() =>
    calls.last.tell({
      kind: 'remoteTrack',
      track: {
        trackId: '1',
        participantIdentity: 'oracle',
        kind: 'video',
        mediaStreamTrack,
        level: () => 0,
        play: () => ({ [Symbol.dispose]: () => undefined }),
      },
    }),
  );
  expect(shownIn("The oracle's picture")).toEqual(new FakeMediaStream([mediaStreamTrack]));
  expect(screen.getByLabelText<HTMLVideoElement>("The oracle's picture").muted).toBe(true);
  await act(() => calls.last.endCall());
  await settle();
  expect(screen.queryByLabelText("The oracle's picture")).toBeNull();
});

test('camera and screen are shown apart, and another track in their place', () => {
  const other = platformTrack('other');
  const { calls, rerender } = showPage(
    <>
      <OwnVideo />
      <OwnVideo source="screen" />
    </>,
  );
  act(() => calls.callOracle('video').live());
  const [camera, screenTrack] = [platformTrack('camera'), platformTrack('screen')];
  for (const [source, mediaStreamTrack] of [
    ['camera', camera],
    ['screen', screenTrack],
  ] as const) {
    act(() => calls.last.tell({ kind: 'localTrack', track: { source, kind: 'video', mediaStreamTrack, ...stopping } }));
  }
  expect(shownIn('Your picture')).toEqual(new FakeMediaStream([camera]));
  expect(screen.getByLabelText('Your picture').dataset['source']).toBe('camera');
  expect(shownIn('Your screen')).toEqual(new FakeMediaStream([screenTrack]));
  act(() => calls.last.tell({ kind: 'localTrackEnded', source: 'screen', cause: 'stopped' }));
  expect(screen.queryByLabelText('Your screen')).toBeNull();
  rerender(<OwnVideo track={{ mediaStreamTrack: other }} />);
  expect(shownIn('Your picture')).toEqual(new FakeMediaStream([other]));
});
