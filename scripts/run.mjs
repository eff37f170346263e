// @ts-check
/**
 * node scripts/run.mjs <entry.ts> [arguments]
 *
 * Runs a TypeScript entry point of this project (named from its root) under the pinned Node, having installed the
 * packages first when they are missing or out of date. Itself it runs under any Node from 20 on.
 */
import { spawn } from 'node:child_process';
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseNode, lockHash, NODE_MAJOR, pathWith, planInstall } from './run-plan.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const recordFile = join(modules, '.oracle-calls-lock');
const pinnedNode = join(modules, 'node', 'bin', 'node');
/** Installing is slow and silent by nature; a line this often says that it goes on. */
const PROGRESS_MS = 5000;

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} argv */
async function main([entry, ...args]) {
  if (entry === undefined) {
    say('usage: node scripts/run.mjs <entry.ts> [arguments]');
    return 2;
  }
  if (!(await ensurePackages())) return 1;
  const node = chooseNode({
    pinned: (await exists(pinnedNode)) ? pinnedNode : undefined,
    running: process.execPath,
    runningVersion: process.versions.node,
  });
  if (node === undefined) {
    say(
      `This project needs Node ${NODE_MAJOR}. The npm package "node" brings it, but its install script did not run ` +
        `(is "ignore-scripts" set?), and this is Node ${process.versions.node}.\n` +
        `Allow install scripts and run "npm ci", or install Node ${NODE_MAJOR}.`,
    );
    return 1;
  }
  return await runUnder(node, [resolve(root, entry), ...args]);
}

/** Installs what package-lock.json says, unless it is there. */
async function ensurePackages() {
  if ((await installPlan()).kind === 'ready') return true;
  const unlock = await lockInstall();
  try {
    // Asked again: another run may have installed while this one waited for the lock.
    const plan = await installPlan();
    if (plan.kind === 'install' && !(await install(plan.reason))) return false;
    if (plan.kind !== 'ready') await writeFile(recordFile, lockHash(await lockText()));
    return true;
  } finally {
    await unlock();
  }
}

async function installPlan() {
  return planInstall({
    lockText: await lockText(),
    recordedHash: await tryRead(recordFile),
    installedLockText: await tryRead(join(modules, '.package-lock.json')),
  });
}

function lockText() {
  return readFile(join(root, 'package-lock.json'), 'utf8');
}

/** @param {string} reason */
async function install(reason) {
  say(`Installing packages (npm ci): ${reason}. This takes a minute or two, once.`);
  const startedAt = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const ticker = setInterval(() => say(`  installing packages… ${elapsed()}`), PROGRESS_MS);
  const output = /** @type {string[]} */ ([]);
  const code = await npmCi((chunk) => output.push(chunk));
  clearInterval(ticker);
  if (code === 0) {
    say(`Packages installed in ${elapsed()}.`);
    return true;
  }
  say(`${output.join('').trimEnd()}\nnpm ci failed with exit code ${code}.`);
  return false;
}

/**
 * @param {(chunk: string) => void} onOutput
 * @returns {Promise<number>}
 */
function npmCi(onOutput) {
  // Under `npm run` the very npm that was called says where it is; otherwise the one on PATH.
  const npm = process.env['npm_execpath'];
  const [command, first] = npm !== undefined && npm.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // Under `npm run --silent` the level of the outer npm would hide why this one failed.
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const child = spawn(command, [...first, 'ci', ...quiet], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', onOutput);
  child.stderr.setEncoding('utf8').on('data', onOutput);
  return new Promise((done) => {
    child.once('error', (error) => {
      onOutput(`npm cannot be run: ${error.message}\n`);
      done(127);
    });
    child.once('close', (code) => done(code ?? 1));
  });
}

/** One install at a time in this checkout. The lock names its owner, so that a dead one's is taken over. */
async function lockInstall() {
  const folder = join(root, '.oracle-calls');
  const file = join(folder, 'install.lock');
  const mine = `${file}.${process.pid}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let told = false; ; told = true) {
    // A link appears whole or not at all, so that nobody ever reads a lock without its owner.
    await writeFile(mine, String(process.pid));
    const taken = await link(mine, file).then(
      () => true,
      (error) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    await rm(mine, { force: true });
    if (taken) return () => rm(file, { force: true });
    const owner = Number((await tryRead(file)) ?? process.pid);
    if (!isAlive(owner)) await rm(file, { force: true });
    else {
      if (!told) say(`Another run (pid ${owner}) is installing the packages; waiting for it.`);
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/**
 * Runs `args` under `node` and becomes it as far as possible: its output, its signals, its exit.
 *
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function runUnder(node, args) {
  const path = pathWith([dirname(node), join(modules, '.bin')], process.env['PATH']);
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.once('error', (error) => {
      say(`${node} cannot be run: ${error.message}`);
      done(127);
    });
    // A death by signal is told the way shells do, 128 + its number.
    child.once('exit', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @param {string} path */
async function tryRead(path) {
  return await readFile(path, 'utf8').catch(() => undefined);
}

/** @param {string} path */
async function exists(path) {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
