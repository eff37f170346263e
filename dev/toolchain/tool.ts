import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { privateDir, tryRead } from '../process/private-file.ts';
import { waitForLock } from '../process/pid-lock.ts';

/** Lines for people: `LiveKit server 1.13.5 — cached`. */
export type Report = (line: string) => void;

export interface Tool {
  /** As people know it: `LiveKit server 1.13.5`. */
  readonly what: string;
  /** Its folder in the cache. It counts as there once it holds the file `.complete`. */
  readonly dir: string;
  /** Whether what is in `dir` really runs: how a folder without the mark, made by somebody else, is adopted. */
  verify(): Promise<boolean>;
  /** Fills `dir`. Called by one process at a time. */
  install(): Promise<void>;
}

export interface ToolOptions {
  readonly report?: Report | undefined;
  /** Whether a tool that is there already is worth a line. Default true. */
  readonly reportCached?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

const MARK = '.complete';
/** Long enough not to flood, short enough that nobody thinks it hangs. */
const PROGRESS_MS = 10_000;

/**
 * Makes sure that a tool is in the cache: found, adopted or installed, by one process at a time.
 *
 * @throws {DevError} what `install` throws
 */
export async function ensureTool(tool: Tool, options: ToolOptions = {}): Promise<void> {
  const report = options.report ?? ((): void => undefined);
  const clock = options.clock ?? systemClock;
  const mark = join(tool.dir, MARK);
  if ((await tryRead(mark)) === undefined) {
    const cache = await privateDir(join(tool.dir, '..'));
    await using _lock = await waitForLock(join(cache, `.${basename(tool.dir)}.lock`), {
      clock,
      signal: options.signal,
      onWait: ({ pid }) => report(`${tool.what} — being installed by another run (pid ${pid}), waiting`),
    });
    const waited = (await tryRead(mark)) !== undefined;
    if (!waited && !(await tool.verify())) {
      await installVisibly(tool, report, clock);
      await writeFile(mark, '');
      return;
    }
    await writeFile(mark, '');
  }
  if (options.reportCached !== false) report(`${tool.what} — cached`);
}

async function installVisibly(tool: Tool, report: Report, clock: Clock): Promise<void> {
  const startedAt = clock.now();
  report(`${tool.what} — installing…`);
  let ticker: Disposable | undefined;
  const tick = (): void => {
    ticker = clock.after(PROGRESS_MS, () => {
      report(`${tool.what} — installing… (${formatElapsed(clock.now() - startedAt)})`);
      tick();
    });
  };
  tick();
  try {
    await tool.install();
  } finally {
    ticker?.[Symbol.dispose]();
  }
  report(`${tool.what} — installed (${formatElapsed(clock.now() - startedAt)})`);
}

/** `8 s`, `1 min 52 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
