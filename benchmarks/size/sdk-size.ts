import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { bundlePage, type Bundle, type BundledChunk } from './bundle-size.ts';

/** A page with the SDK may be this much larger than one with `livekit-client`: 20 kB, gzipped. */
export const SDK_BUDGET_GZ_BYTES = 20_000;

/**
 * The SDK's own code in a page, as it is now, with a little room: this number falls, and rises only for a mended fault or a new thing that a caller can do
 * (docs/decisions/0026-publishing.md). Devices in mid-call, past calls and rings came without raising it: what watches the other end of a call is loaded
 * with the protocol, by `prepare` or at the latest by a call. Answering the oracle's questions and having it forget took 0.2 kB; a call that keeps
 * nothing once it is over, 0.6 kB; one that goes through another room when somebody came into the first, 0.1 kB.
 */
export const SDK_RATCHET_GZ_BYTES = 30_050;

/** What the browser must never get: the application has its own Matrix client, and valibot reads what comes in. */
export const FORBIDDEN_PACKAGES = ['zod', 'matrix-js-sdk', '@matrix-org/matrix-sdk-crypto-wasm', 'react'] as const;

export interface SdkSize {
  /** A page with `createOracleCalls` less a page with `livekit-client`. */
  readonly gzBytes: number;
  /** A page with `livekit-client`, all of it, as `import *` bundles it. */
  readonly livekitGzBytes: number;
  /** The worker, which is an asset of its own. */
  readonly workerGzBytes: number;
  /** The stricter figure: the same page less only those parts of `livekit-client` that the SDK uses, so all of the SDK's own code. */
  readonly gzBytesOverUsedLivekit: number;
  readonly usedLivekitGzBytes: number;
  /** Loaded by `prepare`, or at the latest by a call. */
  readonly lazyChunks: readonly BundledChunk[];
  /** Forbidden packages and modules of Node that are in the page, in any chunk. None is right. */
  readonly bleeds: readonly string[];
}

const sum = (chunks: readonly BundledChunk[]): number => chunks.reduce((total, { gzBytes }) => total + gzBytes, 0);

/** Names that the built SDK imports of `livekit-client`, found in its own code. */
async function usedOfLivekit(sdkFolder: string): Promise<readonly string[]> {
  const bundle = await rolldown({
    cwd: sdkFolder,
    input: join(sdkFolder, 'dist/index.js'),
    platform: 'browser',
    external: ['livekit-client'],
    onLog: () => undefined,
  });
  try {
    const { output } = await bundle.generate({ format: 'es', minify: false });
    const code = output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n');
    const imports = [...code.matchAll(/^import \{([^}]+)\} from "livekit-client";$/gm)];
    return [
      ...new Set(imports.flatMap(([, names = '']) => names.split(',').map((name) => name.trim().split(' ')[0] ?? ''))),
    ];
  } finally {
    await bundle.close();
  }
}

/**
 * Weighs the SDK as it is published, in a page that uses nothing else.
 *
 * @param packagesDir where `npm run build` put the packages
 */
export async function measureSdkSize(packagesDir: string): Promise<SdkSize> {
  const sdkFolder = join(packagesDir, 'sdk');
  const used = await usedOfLivekit(sdkFolder);
  if (!used.includes('Room')) throw new TypeError('The SDK does not import livekit-client as expected.');
  const page = (script: string): Promise<Bundle> => bundlePage({ folder: packagesDir, script });
  const names = used.join(', ');
  const [sdk, livekit, usedLivekit] = await Promise.all([
    page("import { createOracleCalls } from '@oracle-calls/sdk'; globalThis.page = createOracleCalls;"),
    page("import * as livekit from 'livekit-client'; globalThis.page = livekit;"),
    page(`import { ${names} } from 'livekit-client'; globalThis.page = { ${names} };`),
  ]);
  const pageGzBytes = sum(sdk.eager);
  const livekitGzBytes = sum(livekit.eager);
  const usedLivekitGzBytes = sum(usedLivekit.eager);
  return {
    gzBytes: pageGzBytes - livekitGzBytes,
    livekitGzBytes,
    workerGzBytes: await workerGzBytes(sdkFolder),
    gzBytesOverUsedLivekit: pageGzBytes - usedLivekitGzBytes,
    usedLivekitGzBytes,
    lazyChunks: sdk.lazy,
    bleeds: bleedsOf(sdk),
  };
}

/** The worker, minified as an application's bundler does. */
async function workerGzBytes(sdkFolder: string): Promise<number> {
  const file = join(sdkFolder, 'dist/frame-worker.js');
  const worker = await bundlePage({ folder: sdkFolder, script: await readFile(file, 'utf8') });
  if (worker.lazy.length > 0 || worker.unresolved.length > 0) throw new TypeError('The worker is not one file.');
  return sum(worker.eager);
}

/** What is in a bundle although it must not be. */
export function bleedsOf({ eager, lazy, unresolved }: Bundle): string[] {
  const packages = new Set([...eager, ...lazy].flatMap((chunk) => chunk.packages));
  return [...FORBIDDEN_PACKAGES.filter((name) => packages.has(name)), ...unresolved];
}
