import { describe, expect, it } from 'vitest';
import type { AvatarMoment } from './avatar.ts';
import { drawPicture } from './draw-picture.ts';
import { createOrb } from './orb.ts';

const moment = (parts: Partial<AvatarMoment> = {}): AvatarMoment => ({
  level: 0,
  activity: 'listening',
  atMs: 0,
  ...parts,
});

/** How many of the pixels are the orb's own: lighter than its glow. */
const lightPixels = (rgba: Uint8Array): number =>
  Array.from({ length: rgba.length / 4 }, (_, at) => rgba[at * 4 + 2] ?? 0).filter((blue) => blue > 200).length;

describe('the orb', () => {
  it('is opaque, light in the middle and dark at the edges', async () => {
    const orb = createOrb();
    const rgba = await drawPicture(orb, moment());
    const at = (x: number, y: number): number[] => [
      ...rgba.subarray((y * orb.width + x) * 4, (y * orb.width + x) * 4 + 4),
    ];
    expect(Math.min(...at(128, 128))).toBeGreaterThan(225);
    expect(Math.max(...at(0, 0).slice(0, 3))).toBeLessThan(60);
    expect(rgba.every((byte, index) => index % 4 !== 3 || byte === 255)).toBe(true);
  });

  it('grows with the voice at once, and shrinks slowly', async () => {
    const orb = createOrb();
    const draw = async (level: number, atMs: number): Promise<number> =>
      lightPixels(await drawPicture(orb, moment({ level, activity: 'speaking', atMs })));
    const silent = await draw(0, 0);
    const loud = await draw(0.25, 300);
    const after = await draw(0, 366);
    const later = await draw(0, 3_000);
    expect(loud).toBeGreaterThan(silent * 1.3);
    expect(after).toBeGreaterThan(silent * 1.2);
    expect(later).toBeLessThan(silent * 1.1);
  });

  it('breathes in silence', async () => {
    const orb = createOrb();
    const first = await drawPicture(orb, moment());
    expect(await drawPicture(orb, moment({ atMs: 2_000 }))).not.toEqual(first);
  });

  it('is one of its own in each call', async () => {
    const [one, other] = [createOrb(), createOrb()];
    await drawPicture(one, moment({ level: 0.25, atMs: 500 }));
    expect(await drawPicture(other, moment())).toEqual(await drawPicture(createOrb(), moment()));
  });
});
