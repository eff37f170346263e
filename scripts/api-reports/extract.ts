import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from '@microsoft/api-extractor';
import type { BuiltPackage } from '../publishing/build.ts';
import type { ExportTarget } from '../publishing/manifest.ts';

/** What one public entry offers, as text that is reviewed. */
export interface ApiReport {
  /** Name of its file in `docs/api`. */
  readonly file: string;
  readonly text: string;
}

interface PublicEntry {
  readonly file: string;
  readonly declarations: string;
}

/** `protocol.api.md` of `.`, `protocol.did.api.md` of `./did`. */
export function reportFile(packageName: string, entry: string): string {
  const label = packageName.replace(/^@[^/]+\//, '');
  return [label, ...entry.split('/').slice(1), 'api', 'md'].join('.');
}

/** The declarations that TypeScript finds for an entry. */
function declarationsOf(target: ExportTarget): string | undefined {
  if (target === null || typeof target === 'string') return undefined;
  const types = target['types'];
  if (typeof types === 'string') return types;
  return Object.values(target)
    .map(declarationsOf)
    .find((found) => found !== undefined);
}

function publicEntries({ name, folder, manifest }: BuiltPackage): PublicEntry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    const types = declarationsOf(target);
    return types === undefined ? [] : [{ file: reportFile(name, entry), declarations: join(folder, types) }];
  });
}

/** The API reports of all public entries of built packages. Takes some seconds for each package. */
export async function extractApiReports(packages: readonly BuiltPackage[], workDir: string): Promise<ApiReport[]> {
  await mkdir(workDir, { recursive: true });
  const folder = await mkdtemp(join(workDir, 'api-'));
  try {
    const reports: ApiReport[] = [];
    for (const one of packages) reports.push(...(await extractPackage(one, folder)));
    return reports.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function extractPackage(built: BuiltPackage, folder: string): Promise<ApiReport[]> {
  const entries = publicEntries(built);
  const configs = entries.map((entry) => configOf(built, entry, folder));
  const [first] = configs;
  if (first === undefined) return [];
  // One compilation serves all entries of a package.
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: entries.map(({ declarations }) => declarations),
  });
  for (const config of configs) {
    const file = config.reportFilePath;
    await writeFile(file, '');
    Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback(message) {
        // What it has to say about the API stands in the report; the rest is progress.
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
      },
    });
  }
  return await Promise.all(
    entries.map(async ({ file }) => ({ file, text: tidy(await readFile(join(folder, file), 'utf8')) })),
  );
}

function configOf({ folder: projectFolder }: BuiltPackage, entry: PublicEntry, folder: string): ExtractorConfig {
  const silent = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };
  const configObject: IConfigFile = {
    projectFolder,
    mainEntryPointFilePath: entry.declarations,
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'es2024',
          module: 'nodenext',
          lib: ['es2024', 'esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
          types: ['node'],
          strict: true,
          skipLibCheck: true,
        },
        files: [entry.declarations],
      },
    },
    apiReport: {
      enabled: true,
      reportFolder: folder,
      reportTempFolder: join(folder, 'temp'),
      reportFileName: posix.basename(entry.file),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    messages: {
      compilerMessageReporting: { default: silent },
      // Every export is public; comments follow the project's own style, which its linter checks.
      extractorMessageReporting: { default: silent },
      tsdocMessageReporting: { default: silent },
    },
  };
  return ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
  });
}

/** Without what says nothing here: every export would carry `(undocumented)` or `@public`. */
function tidy(report: string): string {
  return report
    .replaceAll(/^\/\/ (@public|@public \(undocumented\)|\(undocumented\))\n/gm, '')
    .replaceAll(/^ +\/\/ \(undocumented\)\n/gm, '');
}
