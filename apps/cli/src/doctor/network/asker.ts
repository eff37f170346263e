import { skipped, type Outcome } from '../check.ts';
import { ask, Unreachable, type Answer, type Question } from './ask.ts';

export interface Asked extends Pick<Question, 'method' | 'headers' | 'body'> {
  /** A bearer token. */
  readonly token?: string;
}

/** Asks one server for a path. @throws {Unreachable} */
export type Asker = (path: string, signal: AbortSignal, asked?: Asked) => Promise<Answer>;

/** Asks the server at a base address, with or without slashes at its end. */
export function askerOf(url: string, now: () => number): Asker {
  const base = url.replace(/\/+$/, '');
  return (path, signal, { token, headers, ...asked } = {}) =>
    ask(`${base}${path}`, {
      signal,
      now,
      ...asked,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
}

/** What a check finds; a server that is away is another check's affair, and skips this one. */
export async function unlessUnreachable(what: string, judge: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof Unreachable) return skipped(`${what} cannot be reached (${error.message})`);
    throw error;
  }
}
