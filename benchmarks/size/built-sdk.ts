import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildPackages } from '../../scripts/publishing/build.ts';
import { measureSdkSize, type SdkSize } from './sdk-size.ts';

/** Builds the packages as they are published, in a folder of its own, and weighs the SDK. Takes about 20 s. */
export async function measureBuiltSdk(log?: (line: string) => void): Promise<SdkSize> {
  const root = dirname(dirname(import.meta.dirname));
  await mkdir(join(root, 'dist'), { recursive: true });
  const outDir = await mkdtemp(join(root, 'dist', 'size-'));
  try {
    await buildPackages({ root, outDir, log });
    return await measureSdkSize(outDir);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
