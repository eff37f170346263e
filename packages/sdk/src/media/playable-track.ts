import type { Logger } from '@oracle-calls/protocol';
import type { AudioGraph, LevelProbe } from './audio-graph.ts';
import type { RemoteTrack } from './sfu-port.ts';

export interface PlayableTrackOptions {
  readonly trackId: string;
  readonly participantIdentity: string;
  readonly kind: 'audio' | 'video';
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly audioGraph: Pick<AudioGraph, 'ready' | 'probe' | 'speaker'>;
  readonly logger: Logger;
}

/** A remote track with its own audio element. Disposing stops playing for good. */
export function createPlayableTrack(options: PlayableTrackOptions): RemoteTrack & Disposable {
  const { trackId, participantIdentity, kind, mediaStreamTrack, audioGraph, logger } = options;
  let element: HTMLAudioElement | undefined;
  let probe: LevelProbe | undefined;
  let isHeldBack = false;
  const start = async (audio: HTMLAudioElement): Promise<void> => {
    try {
      await audio.play();
      isHeldBack = false;
    } catch (error) {
      // `AbortError`: it was stopped meanwhile.
      isHeldBack = error instanceof Error && error.name === 'NotAllowedError';
      if (isHeldBack) logger.warn('the browser does not let the page play sound');
    }
  };
  const stop = (): void => {
    probe?.[Symbol.dispose]();
    probe = undefined;
    element?.pause();
    if (element !== undefined) {
      audioGraph.speaker.elements.delete(element);
      element.srcObject = null;
    }
    element = undefined;
    isHeldBack = false;
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
        void start(element);
        probe = audioGraph.probe(mediaStreamTrack);
      } else if (element !== undefined && isHeldBack) {
        audioGraph.ready();
        void start(element);
      }
      return { [Symbol.dispose]: stop };
    },
    isHeldBack: () => isHeldBack,
    level: () => probe?.level() ?? 0,
    [Symbol.dispose]: stop,
  };
}
