import type { Logger } from '@oracle-calls/protocol';
import type { AudioGraph, LevelProbe } from './audio-graph.ts';
import type { RemoteTrack } from './sfu-port.ts';

export interface PlayableTrackOptions {
  readonly trackId: string;
  readonly participantIdentity: string;
  readonly kind: 'audio' | 'video';
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly audioGraph: Pick<AudioGraph, 'probe' | 'speaker'>;
  readonly logger: Logger;
}

/** A remote track with its own audio element. Disposing stops playing for good. */
export function createPlayableTrack(options: PlayableTrackOptions): RemoteTrack & Disposable {
  const { trackId, participantIdentity, kind, mediaStreamTrack, audioGraph, logger } = options;
  let element: HTMLAudioElement | undefined;
  let probe: LevelProbe | undefined;
  const stop = (): void => {
    probe?.[Symbol.dispose]();
    probe = undefined;
    element?.pause();
    if (element !== undefined) {
      audioGraph.speaker.elements.delete(element);
      element.srcObject = null;
    }
    element = undefined;
  };
  return {
    trackId,
    participantIdentity,
    kind,
    mediaStreamTrack,
    play() {
      if (kind === 'audio' && element === undefined) {
        element = new Audio();
        element.autoplay = true;
        element.srcObject = new MediaStream([mediaStreamTrack]);
        audioGraph.speaker.add(element);
        element.play().catch(() => logger.warn('the browser does not let the page play sound'));
        probe = audioGraph.probe(mediaStreamTrack);
      }
      return { [Symbol.dispose]: stop };
    },
    level: () => probe?.level() ?? 0,
    [Symbol.dispose]: stop,
  };
}
