import type { Speaker } from '../media/speaker.ts';

/** Plays at this device from now on, or where the system plays. Rejects when what plays cannot be moved there. */
export async function moveSpeaker(speaker: Speaker, deviceId: string | undefined): Promise<void> {
  await Promise.all([...speaker.elements].map((element) => element.setSinkId?.(deviceId ?? '')));
  speaker.deviceId = deviceId;
}
