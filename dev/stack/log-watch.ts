import * as v from 'valibot';
import type { LogLine } from '../process/supervised-process.ts';

/** Waits for facts in a part's log. */
export interface LogWatch {
  /** Takes the part's lines and hands them on. */
  readonly log: LogLine;
  /** Forgets what was stated so far: call it when the part starts. */
  reset(): void;
  /** Resolves once the log has stated the fact `msg` since the last reset. Bounded by the signal alone. */
  stated(msg: string, signal: AbortSignal): Promise<void>;
}

/** A fact is a line of JSON with a `msg`. */
const factSchema = v.object({ msg: v.string() });

export function watchLog(log: LogLine): LogWatch {
  const facts = new Set<string>();
  const waiting = new Set<() => void>();
  return {
    log(line) {
      const msg = messageOf(line);
      if (msg !== undefined) {
        facts.add(msg);
        for (const check of waiting) check();
      }
      log(line);
    },
    reset() {
      facts.clear();
    },
    stated(msg, signal) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          waiting.delete(check);
          signal.removeEventListener('abort', onAbort);
          settle();
        };
        const check = (): void => {
          if (facts.has(msg)) end(resolve);
        };
        const onAbort = (): void => end(() => reject(signal.reason as Error));
        if (signal.aborted) return onAbort();
        waiting.add(check);
        signal.addEventListener('abort', onAbort, { once: true });
        check();
      });
    },
  };
}

function messageOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed = v.safeParse(factSchema, JSON.parse(line));
    return parsed.success ? parsed.output.msg : undefined;
  } catch {
    return undefined;
  }
}
