import type { SeenPicture } from '@oracle-calls/node-media/seat';
import { OracleCallError } from '@oracle-calls/protocol';
import { STILL_MAX_BYTES, STILL_MAX_SIDE } from './still.ts';
import type { Still } from './still.ts';

/** What is tried until the picture is small enough: noise and small print take more bytes than faces. */
const ATTEMPTS = [
  { side: STILL_MAX_SIDE, quality: 80 },
  { side: STILL_MAX_SIDE, quality: 50 },
  { side: STILL_MAX_SIDE / 2, quality: 50 },
  { side: STILL_MAX_SIDE / 4, quality: 40 },
] as const;

/** @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE` when nothing makes it small enough, which no camera brings about */
export async function encodeStill(picture: SeenPicture): Promise<Still> {
  // Loaded when somebody looks for the first time: most calls have no pictures.
  const { default: sharp } = await import('sharp');
  // One picture at a time, never the same twice: sound has the other core, and nothing is worth keeping.
  sharp.concurrency(1);
  sharp.cache(false);
  const { width, height, rgba, rotation, source } = picture;
  for (const { side, quality } of ATTEMPTS) {
    const { data, info } = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      .rotate(rotation)
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality })
      .toBuffer({ resolveWithObject: true });
    if (data.byteLength > STILL_MAX_BYTES) continue;
    return { jpeg: new Uint8Array(data), width: info.width, height: info.height, source };
  }
  throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', 'The picture does not get small enough.');
}
