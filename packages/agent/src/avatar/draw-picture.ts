import { OracleCallError } from '@oracle-calls/protocol';
import type { Avatar, AvatarMoment } from './avatar.ts';

/**
 * One picture of an avatar, as bytes of its own: calls that share an avatar share no picture.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when what was drawn is of another size; what `draw` throws
 */
export async function drawPicture(
  avatar: Avatar,
  { level, activity, atMs }: AvatarMoment,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = avatar;
  const rgba = new Uint8ClampedArray(width * height * 4);
  await avatar.draw({ width, height, rgba }, { level, activity, atMs });
  if (rgba.byteLength !== width * height * 4) throw new OracleCallError('ERR_INTERNAL', 'The picture was taken away.');
  return new Uint8Array(rgba.buffer);
}
