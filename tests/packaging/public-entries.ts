import type { BuiltPackage } from '../../scripts/publishing/build.ts';

/** What the packages export, as it is imported, such as `@oracle-calls/protocol/did`. A worker runs in a page only and exports nothing. */
export function publicEntries(built: readonly BuiltPackage[]): string[] {
  return built.flatMap(({ name, manifest: { exports = {} } }) =>
    Object.keys(exports)
      .filter((entry) => entry !== './package.json' && !entry.endsWith('-worker'))
      .map((entry) => name + entry.slice(1)),
  );
}
