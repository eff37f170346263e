/**
 * A process of its own, so that it can be a twin: the agent's seat in a room where somebody hums in the clear under the user's name.
 * Takes the seat again and again and prints, as its last line, how often and how much of the tone was heard.
 */
import { createSeat } from '@oracle-calls/node-media/seat';
import { systemClock } from '@oracle-calls/protocol';
import { installReceiving, TakenSeat } from '../../system/agent/seat-scene.ts';
import type { EarlyEars, EarsPlan } from './ears-plan.ts';

/** The agent's first receiving slot; no sender has its key. */
const SLOT = 0;
const KEY_BYTE = 7;
/** From the admission until enough was listened to; the gate takes its share of it. */
const LISTEN_MAX_MS = 20_000;
const LOOK_MS = 20;

const { url, tokens, identity, windowsWanted, pure, loud } = JSON.parse(process.argv[2] ?? '') as EarsPlan;

/** How many windows of the tone one admission let through. @throws when nothing was listened to at all */
async function admitOnce(token: string): Promise<number> {
  await using taken = new TakenSeat(createSeat({ url, token, clock: systemClock }));
  await taken.join();
  await installReceiving(taken.seat, identity, SLOT, KEY_BYTE);
  taken.seat.admit(identity);
  const giveUpAt = systemClock.now() + LISTEN_MAX_MS;
  const listened = (): number => taken.heard.get(identity)?.length ?? 0;
  while (listened() < windowsWanted) {
    if (systemClock.now() > giveUpAt) throw new Error(`The seat listened to ${listened()} windows only.`);
    await systemClock.sleep(LOOK_MS);
  }
  return (taken.heard.get(identity) ?? []).filter(({ tone, loudness }) => tone > pure && loudness > loud).length;
}

const ears: EarlyEars = { admissions: 0, heardWindows: 0 };
for (const token of tokens) {
  ears.admissions += 1;
  ears.heardWindows = await admitOnce(token);
  if (ears.heardWindows > 0) break;
}
console.log(JSON.stringify(ears));
// LiveKit's native threads keep a process alive.
process.exit(0);
