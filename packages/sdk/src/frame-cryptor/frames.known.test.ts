import { expect, test } from 'vitest';
import vectors from '../../vectors/frames.json' with { type: 'json' };
import { deriveFrameKey } from './frame-key.ts';
import { clearBytesOf, type EncodedFrame, type Medium } from './frame-layout.ts';
import { openFrame, sealFrame } from './seal-frame.ts';

const fromHex = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: ArrayBuffer | undefined): string => Buffer.from(bytes ?? new ArrayBuffer()).toString('hex');

function clearBytes(medium: string, type?: string): number {
  const frame = { data: new ArrayBuffer(), type: type as EncodedFrame['type'], getMetadata: () => ({}) };
  const count = clearBytesOf(medium as Medium, frame);
  if (count === undefined) throw new Error('The vector names a frame that cannot be sealed.');
  return count;
}

test.each(vectors.sealed)('another implementation sealed $name: the same bytes, and they open', async (vector) => {
  const { slot, medium } = vector;
  const mediaKey = fromHex(vector.mediaKeyHex);
  const options = { slot, nonce: fromHex(vector.nonceHex), clearBytes: clearBytes(medium, vector.type) };
  const key = await deriveFrameKey(mediaKey, 'encrypt');
  expect(toHex(await sealFrame(fromHex(vector.frameHex).buffer, { ...options, key }))).toBe(vector.sealedHex);

  const opening = await deriveFrameKey(mediaKey, 'decrypt');
  const opened = await openFrame(fromHex(vector.sealedHex).buffer, options.clearBytes, (named) =>
    named === slot ? opening : undefined,
  );
  expect(opened.kind === 'opened' && toHex(opened.data)).toBe(vector.frameHex);
});

test.each(vectors.refused.frames)('refused: $name', async ({ sealedHex, reason }) => {
  const { mediaKeyHex, slot, medium } = vectors.refused;
  const key = await deriveFrameKey(fromHex(mediaKeyHex), 'decrypt');
  const opened = await openFrame(fromHex(sealedHex).buffer, clearBytes(medium), (named) =>
    named === slot ? key : undefined,
  );
  expect(opened).toEqual({ kind: 'refused', reason });
});
