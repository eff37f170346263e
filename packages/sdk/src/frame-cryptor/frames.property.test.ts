import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { deriveFrameKey } from './frame-key.ts';
import { KEY_SLOTS, NONCE_BYTES } from './frame-layout.ts';
import { openFrame, sealFrame } from './seal-frame.ts';

const CLEAR_BYTES = fc.constantFrom(1, 3, 10);
const FRAME = fc.uint8Array({ minLength: 10, maxLength: 300 });
const SLOT = fc.nat(KEY_SLOTS - 1);
const NONCE = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES });

let sealing: CryptoKey;
let opening: CryptoKey;

beforeAll(async () => {
  const mediaKey = new Uint8Array(32).fill(7);
  sealing = await deriveFrameKey(mediaKey, 'encrypt');
  opening = await deriveFrameKey(mediaKey, 'decrypt');
});

async function seal(
  frame: Uint8Array,
  slot: number,
  nonce: Uint8Array,
  clearBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const options = { key: sealing, slot, nonce: new Uint8Array(nonce), clearBytes };
  const sealed = await sealFrame(new Uint8Array(frame).buffer, options);
  if (sealed === undefined) throw new Error('The frame was too short.');
  return new Uint8Array(sealed);
}

test('what was sealed opens to the same bytes, and hides all but its front', async () => {
  await fc.assert(
    fc.asyncProperty(FRAME, SLOT, NONCE, CLEAR_BYTES, async (frame, slot, nonce, clearBytes) => {
      const sealed = await seal(frame, slot, nonce, clearBytes);
      expect([...sealed.subarray(0, clearBytes)]).toEqual([...frame.subarray(0, clearBytes)]);
      const opened = await openFrame(sealed.buffer, clearBytes, () => opening);
      expect(opened.kind === 'opened' && [...new Uint8Array(opened.data)]).toEqual([...frame]);
    }),
  );
});

test('with one bit changed anywhere it never opens', async () => {
  await fc.assert(
    fc.asyncProperty(FRAME, SLOT, NONCE, CLEAR_BYTES, fc.nat(), async (frame, slot, nonce, clearBytes, at) => {
      const sealed = await seal(frame, slot, nonce, clearBytes);
      const bit = at % (sealed.length * 8);
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = await openFrame(changed.buffer, clearBytes, (named) => (named === slot ? opening : undefined));
      expect(opened.kind).toBe('refused');
    }),
  );
});

test('cut anywhere it never opens', async () => {
  await fc.assert(
    fc.asyncProperty(FRAME, SLOT, NONCE, CLEAR_BYTES, fc.nat(), async (frame, slot, nonce, clearBytes, at) => {
      const sealed = await seal(frame, slot, nonce, clearBytes);
      const opened = await openFrame(sealed.buffer.slice(0, at % sealed.length), clearBytes, () => opening);
      expect(opened.kind).toBe('refused');
    }),
  );
});

test('garbage never throws and never opens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), CLEAR_BYTES, async (garbage, clearBytes) => {
      const ended = new Uint8Array([...garbage, NONCE_BYTES, 3]);
      for (const bytes of [new Uint8Array(garbage), ended]) {
        expect((await openFrame(bytes.buffer, clearBytes, () => opening)).kind).toBe('refused');
      }
    }),
  );
});

test('a key that seals cannot open, so what this side sent is not played back to it', async () => {
  const sealed = await seal(new Uint8Array(50), 0, new Uint8Array(NONCE_BYTES), 1);
  expect(await openFrame(sealed.buffer, 1, () => sealing)).toEqual({ kind: 'refused', reason: 'not-authentic' });
});
