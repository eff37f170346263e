import { join } from 'node:path';
import { bundlePage, type Bundle } from './bundle-size.ts';

/** All hooks and components, as they are now, with a little room: this number rises only for something that a page shows (docs/decisions/0031-react.md). */
export const REACT_RATCHET_GZ_BYTES = 12_000;

/** The provider with the hooks that place a call and show its state. */
export const REACT_MINIMAL_RATCHET_GZ_BYTES = 4_400;

/** What hooks add to a page that has React and the SDK. */
export interface ReactSize {
  readonly gzBytes: number;
  readonly minimalGzBytes: number;
  /** Packages whose code is in it, besides our own: none is right. React is the page's. */
  readonly others: readonly string[];
}

const OWN = new Set(['@oracle-calls/react', '@oracle-calls/protocol']);
const sum = ({ eager }: Bundle): number => eager.reduce((total, { gzBytes }) => total + gzBytes, 0);

/** @param packagesDir where `npm run build` put the packages */
export async function measureReactSize(packagesDir: string): Promise<ReactSize> {
  const external = ['react', 'react/jsx-runtime'];
  const page = (script: string): Promise<Bundle> =>
    bundlePage({ folder: join(packagesDir, 'react'), script, external });
  const [all, minimal] = await Promise.all([
    page("export * from '@oracle-calls/react';"),
    page(
      "import { OracleCallsProvider as a, useOracleCall as b, useCallState as c } from '@oracle-calls/react'; globalThis.page = [a, b, c];",
    ),
  ]);
  const packages = [...all.eager, ...all.lazy].flatMap((chunk) => chunk.packages);
  return {
    gzBytes: sum(all),
    minimalGzBytes: sum(minimal),
    others: [...new Set([...packages.filter((name) => !OWN.has(name)), ...all.unresolved])],
  };
}
