import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { buildAside } from '../../scripts/publishing/build.ts';
import { measureReactSize, type ReactSize } from './react-size.ts';
import { measureSdkSize, type SdkSize } from './sdk-size.ts';

/** What our packages weigh in a page. */
export interface BuiltSizes {
  readonly sdk: SdkSize;
  readonly react: ReactSize;
}

/** Builds the packages as they are published, in a folder of its own, and weighs those that a page loads. */
export async function measureBuiltSizes(log?: (line: string) => void): Promise<BuiltSizes> {
  await using aside = await buildAside({ root: PROJECT_ROOT, log });
  return { sdk: await measureSdkSize(aside.packagesDir), react: await measureReactSize(aside.packagesDir) };
}
