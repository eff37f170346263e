import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { PAGE_ROOT } from './page-build.ts';

const manifestSchema = v.object({
  name: v.string(),
  start_url: v.literal('/'),
  scope: v.literal('/'),
  display: v.literal('standalone'),
  icons: v.array(
    v.object({ src: v.string(), sizes: v.string(), type: v.string(), purpose: v.picklist(['any', 'maskable']) }),
  ),
});

const read = (path: string): Promise<Buffer> => readFile(join(PAGE_ROOT, 'public', path));

/** Width and height of a PNG, at the places where RFC 2083 (section 4.1.1) puts them. */
const sizeOf = (png: Buffer): string => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;

test('the manifest names icons that are there, in the size it says, one of them for launchers that cut', async () => {
  const { icons } = v.parse(manifestSchema, JSON.parse(String(await read('manifest.webmanifest'))));
  for (const { src, sizes, type } of icons) {
    const icon = await read(src);
    if (type === 'image/png') expect({ src, size: sizeOf(icon) }).toEqual({ src, size: sizes });
    else expect(String(icon)).toContain('<svg');
  }
  expect(icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  expect(icons.some(({ sizes, purpose }) => sizes === '192x192' && purpose === 'any')).toBe(true);
});
