import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { buildAside } from '../../scripts/publishing/build.ts';
import { measureSdkSize, type SdkSize } from './sdk-size.ts';

/** Builds the packages as they are published, in a folder of its own, and weighs the SDK. */
export async function measureBuiltSdk(log?: (line: string) => void): Promise<SdkSize> {
  await using aside = await buildAside({ root: PROJECT_ROOT, log });
  return await measureSdkSize(aside.packagesDir);
}
