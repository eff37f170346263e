import { createHash, randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { tryRead } from './private-file.ts';
import { processIdentity } from './process-identity.ts';

const ownerSchema = v.object({ pid: v.number(), identity: v.string(), nonce: v.string() });
export type LockOwner = v.InferOutput<typeof ownerSchema>;

export interface PidLock extends AsyncDisposable {
  /** Gives the lock back. Idempotent. */
  release(): Promise<void>;
}

/**
 * Takes the lock file, or says who has it. A lock whose owner no longer runs is taken over; a process id that was given
 * to somebody else in the meantime does not pass for the owner.
 */
export async function tryLock(path: string): Promise<PidLock | LockOwner> {
  const me: LockOwner = { pid: process.pid, identity: processIdentity(process.pid) ?? '', nonce: randomUUID() };
  const mine = `${path}.${me.nonce}`;
  await writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (;;) {
      // A link appears whole or not at all: nobody reads a lock without its owner.
      if (await linked(mine, path)) return held(path, me);
      const text = await tryRead(path);
      if (text === undefined) continue;
      const owner = parseOwner(text);
      if (owner !== undefined && processIdentity(owner.pid) === owner.identity) return owner;
      if (await replacedStale(path, text, mine)) return held(path, me);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

export interface LockWait {
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else has it. */
  readonly onWait?: (owner: LockOwner) => void;
  readonly clock?: Clock;
}

/** Takes the lock file, waiting until its owner gives it back or dies. Bounded by the signal. */
export async function waitForLock(
  path: string,
  { signal, onWait, clock = systemClock }: LockWait = {},
): Promise<PidLock> {
  for (let told = false; ; told = true) {
    const outcome = await tryLock(path);
    if ('release' in outcome) return outcome;
    if (!told) onWait?.(outcome);
    await clock.sleep(300, { signal });
  }
}

function held(path: string, me: LockOwner): PidLock {
  const release = async (): Promise<void> => {
    const text = await tryRead(path);
    if (text !== undefined && parseOwner(text)?.nonce === me.nonce) await rm(path, { force: true });
  };
  return { release, [Symbol.asyncDispose]: release };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Somebody else's takeover is a few file operations long. */
const TAKEOVER_MS = 5;

/**
 * Puts `mine` in place of the stale lock, atomically. Only who holds the lock *on this very stale text* may, and only
 * while that text still stands: otherwise two that saw the same dead owner could follow each other into the lock.
 */
async function replacedStale(path: string, staleText: string, mine: string): Promise<boolean> {
  const digest = createHash('sha256').update(staleText).digest('hex').slice(0, 16);
  const claim = await tryLock(`${path}.${digest}`);
  if (!('release' in claim)) {
    await systemClock.sleep(TAKEOVER_MS);
    return false;
  }
  await using _claim = claim;
  if ((await tryRead(path)) !== staleText) return false;
  await rename(mine, path);
  return true;
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const parsed = v.safeParse(ownerSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
