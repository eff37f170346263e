import { expect, test, vi } from 'vitest';
import { PictureSource } from './picture-source.ts';

const SIZE = { width: 16, height: 16 };
const picture = (): Uint8Array<ArrayBuffer> => new Uint8Array(16 * 16 * 4);

test('a picture is captured only when the gate is open and the voice is not muted', async () => {
  for (const isMuted of [true, false]) {
    for (const gate of ['shut', 'open'] as const) {
      const source = new PictureSource(SIZE, { isMuted });
      const capture = vi.spyOn(source.source, 'captureFrame');
      source.setGate(gate);
      source.show(picture());
      const isShown = !isMuted && gate === 'open';
      expect([source.isShown, capture.mock.calls.length], `${isMuted} ${gate}`).toEqual([isShown, isShown ? 1 : 0]);
      await source.close();
      expect(source.isShown).toBe(false);
    }
  }
});

test('a picture of another size is refused, and one within other bytes is taken for itself', async () => {
  const source = new PictureSource(SIZE, { isMuted: false });
  source.setGate('open');
  const capture = vi.spyOn(source.source, 'captureFrame');
  expect(() => source.show(new Uint8Array(4))).toThrow(RangeError);
  const bytes = new Uint8Array(16 * 16 * 4 + 8).fill(7, 8);
  source.show(bytes.subarray(8));
  expect(capture.mock.calls[0]?.[0].data.every((byte) => byte === 7)).toBe(true);
  await source.close();
});
