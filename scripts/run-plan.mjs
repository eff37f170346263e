// @ts-check
/**
 * What `run.mjs` has to do, decided from facts alone. Plain JavaScript that the system's Node runs before anything is
 * installed, which is why it is neither TypeScript nor a user of any package.
 */
import { createHash } from 'node:crypto';

/** The project's code needs type stripping and `node:sqlite` as they are since this major version. */
export const NODE_MAJOR = 24;

/**
 * @typedef {object} InstallFacts
 * @property {string} lockText text of package-lock.json
 * @property {string | undefined} recordedHash what the last install by this script recorded, if any
 * @property {string | undefined} installedLockText npm's own record of what node_modules holds, if any
 */

/**
 * @typedef {{ readonly kind: 'ready' }
 *   | { readonly kind: 'adopt' }
 *   | { readonly kind: 'install', readonly reason: string }} InstallPlan
 */

/**
 * @param {string} lockText
 * @returns {string}
 */
export function lockHash(lockText) {
  return createHash('sha256').update(lockText).digest('hex');
}

/**
 * Whether the packages are there. `adopt` means that npm itself installed just this lock file, for example because
 * somebody ran `npm install`: only the record is missing.
 *
 * @param {InstallFacts} facts
 * @returns {InstallPlan}
 */
export function planInstall({ lockText, recordedHash, installedLockText }) {
  if (installedLockText === undefined) return { kind: 'install', reason: 'the packages are not installed yet' };
  if (recordedHash === lockHash(lockText)) return { kind: 'ready' };
  if (installedMatches(lockText, installedLockText)) return { kind: 'adopt' };
  return { kind: 'install', reason: 'package-lock.json has changed' };
}

/**
 * @param {string} lockText
 * @param {string} installedLockText
 * @returns {boolean}
 */
function installedMatches(lockText, installedLockText) {
  const wanted = packagesOf(lockText);
  const installed = packagesOf(installedLockText);
  if (wanted === undefined || installed === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    // The project itself and its workspaces are sources, not packages.
    if (!path.includes('node_modules/')) continue;
    const there = installed[path];
    // Packages for other platforms are optional and absent.
    if (there === undefined && entry.optional !== true) return false;
    if (there !== undefined && (there.version !== entry.version || there.integrity !== entry.integrity)) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockEntry
 * @param {string} text
 * @returns {Record<string, LockEntry> | undefined}
 */
function packagesOf(text) {
  try {
    return JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

/**
 * Which Node runs the project: the pinned one when it came with the packages, else this one if it is new enough.
 *
 * @param {{ pinned: string | undefined, running: string, runningVersion: string }} facts
 * @returns {string | undefined} path of the binary
 */
export function chooseNode({ pinned, running, runningVersion }) {
  if (pinned !== undefined) return pinned;
  return Number.parseInt(runningVersion, 10) >= NODE_MAJOR ? running : undefined;
}

/**
 * `PATH` with the given folders first, each once.
 *
 * @param {readonly string[]} folders
 * @param {string | undefined} path
 * @returns {string}
 */
export function pathWith(folders, path) {
  const rest = (path ?? '').split(':').filter((folder) => folder !== '' && !folders.includes(folder));
  return [...folders, ...rest].join(':');
}
