import { OracleCallError } from '@oracle-calls/protocol';
import type { Speaker } from '../media/speaker.ts';

/**
 * Plays at this device from now on, or where the system plays.
 *
 * @throws {OracleCallError} `ERR_MEDIA_DEVICE` when what plays cannot be moved there: it stays where it is
 */
export async function moveSpeaker(speaker: Speaker, deviceId: string | undefined): Promise<void> {
  const move = (to = ''): Promise<unknown> =>
    Promise.all([...speaker.elements].map(async (element) => element.setSinkId?.(to)));
  try {
    await move(deviceId);
    speaker.deviceId = deviceId;
  } catch (cause) {
    await move(speaker.deviceId).catch(() => undefined);
    throw new OracleCallError('ERR_MEDIA_DEVICE', 'The speaker cannot be used.', { cause });
  }
}
