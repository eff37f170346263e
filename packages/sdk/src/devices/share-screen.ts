import { isOracleCallError } from '@oracle-calls/protocol';
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
  const ask = async (): Promise<MediaStream> => {
    if (media?.getDisplayMedia === undefined) throw new DOMException('no screen can be shared here', 'NotFoundError');
    return media.getDisplayMedia({ video: SCREEN, audio: false });
  };
  try {
    const [track] = await tracksOf(['screen'], signal, ask);
    return track && createLocalTrack('screen', track, audioGraph);
  } catch (error) {
    // The browsers' pickers say the same of a person who closes them.
    if (isOracleCallError(error) && error.details?.['problem'] === 'denied') return undefined;
    throw error;
  }
}
