import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeStill } from './encode-still.ts';
import { STILL_MAX_BYTES, STILL_MAX_SIDE } from './still.ts';

/** Orange to the left, teal to the right. */
function twoColours(width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    rgba.set(at % width < width / 2 ? [230, 120, 30, 255] : [20, 140, 130, 255], at * 4);
  }
  return rgba;
}

const seen = (width: number, height: number, rgba = twoColours(width, height)) =>
  ({ width, height, rgba, source: 'camera', rotation: 0 }) as const;

describe('a still', () => {
  it('is a JPEG of what was seen, scaled down where it is larger', async () => {
    const still = await encodeStill(seen(1280, 720));
    expect(still).toMatchObject({ width: STILL_MAX_SIDE, height: 576, source: 'camera' });
    const { data, info } = await sharp(still.jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([1_024, 576, 3]);
    const at = (x: number, y: number): number[] => [
      ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
    ];
    for (const [index, part] of [230, 120, 30].entries())
      expect(Math.abs((at(200, 300)[index] ?? 0) - part)).toBeLessThan(6);
    for (const [index, part] of [20, 140, 130].entries())
      expect(Math.abs((at(900, 300)[index] ?? 0) - part)).toBeLessThan(6);
    expect((await sharp(still.jpeg).metadata()).exif).toBeUndefined();
  });

  it('is not made larger than it is', async () => {
    expect(await encodeStill(seen(320, 240))).toMatchObject({ width: 320, height: 240 });
  });

  it('stands upright, however the phone was held', async () => {
    const still = await encodeStill({ ...seen(640, 480), rotation: 90 });
    expect([still.width, still.height]).toEqual([480, 640]);
    const { data, info } = await sharp(still.jpeg).raw().toBuffer({ resolveWithObject: true });
    // What was to the left is at the top.
    expect(data[0]).toBeGreaterThan(200);
    expect(data[(info.height - 1) * info.width * 3]).toBeLessThan(50);
  });

  it('has no more than its bytes, whatever is seen', async () => {
    const noise = new Uint8Array(1_024 * 1_024 * 4);
    for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
    const still = await encodeStill(seen(1_024, 1_024, noise));
    expect(still.jpeg.byteLength).toBeLessThanOrEqual(STILL_MAX_BYTES);
    expect(still.width).toBeLessThan(STILL_MAX_SIDE);
  });
});
