import type { BrowserMachine } from './browser-choices.ts';
import type { LocalTrack } from './devices-port.ts';
import { createLocalTrack } from './local-capture.ts';

/** Text is to be read: fewer pictures, so that each may be sharper. */
const SCREEN: MediaTrackConstraints = { frameRate: { ideal: 15 } };

/**
 * Asks the person for a screen, window or tab; `undefined` when it was dismissed.
 *
 * @throws {OracleCallError} `ERR_MEDIA_DEVICE`; an abort rethrows `signal.reason`, with everything off again
 */
export async function shareScreen(
  { media, tracksOf, audioGraph }: BrowserMachine,
  signal: AbortSignal,
): Promise<LocalTrack | undefined> {
  const [track] = await tracksOf(['screen'], signal, async () => {
    if (media?.getDisplayMedia === undefined) throw new DOMException('no screen can be shared here', 'NotFoundError');
    try {
      return await media.getDisplayMedia({ video: SCREEN, audio: false });
    } catch (error) {
      // The browsers' pickers say the same of a person who closes them.
      if (error instanceof DOMException && error.name === 'NotAllowedError') return new MediaStream();
      throw error;
    }
  });
  return track && createLocalTrack('screen', track, audioGraph);
}
