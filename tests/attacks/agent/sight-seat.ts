/**
 * A process of its own, so that it can be a twin: the agent's seat in a room where nobody has keys but the seat. Looks at somebody, or shows a picture, and
 * prints what came of it as its last line.
 */
import { createSeat } from '@oracle-calls/node-media/seat';
import { parseWith, systemClock } from '@oracle-calls/protocol';
import { meanColour } from '../../system/agent/peer-pictures.ts';
import { installReceiving, switchSending, TakenSeat } from '../../system/agent/seat-scene.ts';
import { LOOKS, PICTURE_SIDE, RECEIVING, SENDING, SHOWS_MS, sightPlanSchema, type SightReport } from './sight-plan.ts';

const FRAME_MS = 66;
/** Telling of participants and tracks takes the SFU some tenths of a second. */
const SETTLE_MS = 1_500;

const { url, token, does, user, at, colour } = parseWith(sightPlanSchema, JSON.parse(process.argv[2] ?? ''));
await using taken = new TakenSeat(createSeat({ url, token, clock: systemClock }));
await taken.join();
const { seat } = taken;
const seen: SightReport['seen'] = [];
await systemClock.sleep(SETTLE_MS);
if (does === 'look') {
  for (const identity of new Set([user, at])) await installReceiving(seat, identity, RECEIVING.slot, RECEIVING.byte);
  seat.admit(user);
  for (let turn = 0; turn < LOOKS; turn += 1) {
    const picture = await seat.look(at);
    if (picture !== undefined) seen.push([...meanColour(picture.rgba)]);
  }
} else {
  await switchSending(seat, SENDING.slot, SENDING.byte);
  const shown = await seat.showPicture({ width: PICTURE_SIDE, height: PICTURE_SIDE });
  const rgba = new Uint8Array(PICTURE_SIDE * PICTURE_SIDE * 4);
  for (let turn = 0; turn * FRAME_MS < SHOWS_MS; turn += 1) {
    for (let pixel = 0; pixel < rgba.length; pixel += 4) rgba.set([...colour, 255], pixel);
    // A corner that changes: encoders send nothing of a picture that stays the same.
    rgba.fill(turn % 2 === 0 ? 255 : 0, 0, 32);
    shown.show(rgba);
    await systemClock.sleep(FRAME_MS);
  }
}
const notices = taken.notices.map((notice) => (notice.kind === 'refused' ? `refused ${notice.reason}` : notice.kind));
console.log(JSON.stringify({ seen, notices } satisfies SightReport));
// LiveKit's native threads keep a process alive.
process.exit(0);
