import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { expect } from 'vitest';
import { startJob, USER } from './call-job.fixture.ts';
import type { JobScene, SceneOptions } from './call-job.fixture.ts';
import type { SeatNotice, TrackEvidence } from '@oracle-calls/node-media/seat';

export const logHas = (scene: JobScene, text: string): boolean => scene.logged.some((line) => line.includes(text));
export const HERE: SeatNotice = { kind: 'user-here', participantIdentity: USER, participantKind: 'other' };
export const gone = (isDeliberate: boolean): SeatNotice => ({
  kind: 'user-gone',
  participantIdentity: USER,
  isDeliberate,
});
export const audio = (participantIdentity = USER): SeatNotice => ({
  kind: 'user-audio',
  participantIdentity,
  stream: new ReadableStream(),
});

/** A job whose user is there, and was made an offer. */
export async function offeredJob(options?: SceneOptions): Promise<JobScene> {
  const scene = startJob(options);
  await scene.setUp();
  scene.seat.notice(HERE);
  await scene.clock.settle();
  return scene;
}

/** A job whose call is live: the keys are agreed, the user hears us, and was greeted. */
export async function liveJob(options?: SceneOptions): Promise<JobScene> {
  const scene = await offeredJob(options);
  scene.link?.confirm(1);
  scene.link?.options.events.peerReady();
  scene.seat.notice({ kind: 'voice-subscribed' });
  await scene.clock.settle();
  return scene;
}

export async function over({ job, clock, seat, link }: JobScene): Promise<void> {
  await clock.settle();
  await job.done;
  expect(seat.did.at(-1)).toBe('left');
  expect(clock.pendingTimers).toBe(0);
  expect(link?.isClosed ?? true).toBe(true);
}

/** A control payload of the user. */
export function say(scene: JobScene, payload: { kind: 'control'; action: 'hang-up' | 'interrupt' }): void {
  scene.link?.options.events.payload({ id: createPayloadId(), ...payload });
}

/** A track under which sound flowed, encrypted. */
export const FLOWING: TrackEvidence = {
  trackSid: 'TR_1',
  direction: 'sent',
  kind: 'audio',
  isMarkedEncrypted: true,
  hasCryptor: true,
  isKeySet: true,
  isResting: false,
  isRoomEncrypted: true,
  packets: 5,
  openedSamples: 4_800,
};
