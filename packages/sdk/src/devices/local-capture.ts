import type { AudioGraph } from '../media/audio-graph.ts';
import type { LocalTrack } from './devices-port.ts';

/** A captured track as the call has it: silent until the media layer has seen that what it captures leaves sealed. */
export function createLocalTrack(
  source: LocalTrack['source'],
  track: MediaStreamTrack,
  audioGraph: Pick<AudioGraph, 'probe'>,
): LocalTrack {
  track.enabled = false;
  const probe = track.kind === 'audio' ? audioGraph.probe(track) : undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (event: Event): void => {
      // LiveKit would mute or unpublish by itself. What becomes of the call is decided in one place.
      event.stopImmediatePropagation();
      resolve();
    };
    // Ends with the track, which this listener lives as long as.
    track.addEventListener('ended', end, { once: true });
  });
  return {
    source,
    kind: track.kind === 'audio' ? 'audio' : 'video',
    mediaStreamTrack: track,
    gone,
    level: () => probe?.level() ?? 0,
    stop: () => {
      probe?.[Symbol.dispose]();
      track.stop();
    },
  };
}
