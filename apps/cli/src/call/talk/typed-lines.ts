import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What a person types: something to tell the oracle, or one of the words that steer the call. */
export type TypedLine =
  | { readonly kind: 'text'; readonly text: string }
  /** The comparison code is the same, or not the same, as the oracle's operator sees. */
  | { readonly kind: 'compared'; readonly isSame: boolean }
  | { readonly kind: 'hang-up' };

export const LINE_HELP = 'type what to say; /same or /different about the code; /bye or Ctrl-D hangs up';

export function parseLine(line: string): TypedLine | undefined {
  const text = line.trim();
  switch (text) {
    case '':
      return undefined;
    case '/same':
      return { kind: 'compared', isSame: true };
    case '/different':
      return { kind: 'compared', isSame: false };
    case '/bye':
      return { kind: 'hang-up' };
    default:
      return { kind: 'text', text };
  }
}

/** Lines as they are typed, until the input ends or the signal aborts. */
export async function* typedLines(input: Readable, signal: AbortSignal): AsyncGenerator<TypedLine> {
  // Not as a terminal: the shell's own line editing stays, and Ctrl-C its signal.
  const lines = createInterface({ input, terminal: false });
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    if (signal.aborted) return;
    for await (const line of lines) {
      const typed = parseLine(line);
      if (typed !== undefined) yield typed;
    }
  } finally {
    signal.removeEventListener('abort', close);
    lines.close();
  }
}
