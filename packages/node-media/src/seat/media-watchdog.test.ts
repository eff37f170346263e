import { describe, expect, it } from 'vitest';
import { MediaWatchdog, UNDECRYPTABLE_AFTER_MS } from './media-watchdog.ts';

/** Looks every two seconds at a flow that grows by these steps; who was told of, and when. */
function toldAt(steps: readonly (readonly [packets: number, heardSamples: number])[]): number[] {
  const dog = new MediaWatchdog();
  const told: number[] = [];
  let [packets, heardSamples] = [0, 0];
  dog.look(0, { packets, heardSamples }, 'user');
  for (const [index, [p, h]] of steps.entries()) {
    packets += p;
    heardSamples += h;
    const now = (index + 1) * 2_000;
    const error = dog.look(now, { packets, heardSamples }, 'user');
    if (error === undefined) continue;
    expect(error).toMatchObject({ code: 'ERR_MEDIA_UNDECRYPTABLE', details: { participantIdentity: 'user' } });
    told.push(now);
  }
  return told;
}

const sound = [100, 96_000] as const;
const deaf = [100, 0] as const;
const silent = [0, 0] as const;

describe('the watchdog', () => {
  it('tells of packets without sound, once, after the bound', () => {
    expect(toldAt([deaf, deaf, deaf, deaf, deaf, deaf])).toEqual([2_000 + UNDECRYPTABLE_AFTER_MS]);
  });

  it('says nothing of sound, or of somebody who sends nothing', () => {
    expect(toldAt([sound, sound, silent, silent, silent, silent, silent, sound])).toEqual([]);
  });

  it('says nothing of a short gap, as around a new key', () => {
    expect(toldAt([sound, deaf, deaf, deaf, sound, deaf, deaf, deaf, sound])).toEqual([]);
  });

  it('tells again of another stretch', () => {
    expect(toldAt([deaf, deaf, deaf, deaf, sound, deaf, deaf, deaf, deaf]).length).toBe(2);
  });

  it('is not soothed by pauses between the packets', () => {
    expect(toldAt([deaf, silent, deaf, silent, deaf]).length).toBe(1);
  });
});
