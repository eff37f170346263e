import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** Signalling, ICE and DTLS take a second over a slow network; what takes longer than this, in ms, nobody waits for in a call. */
export const MEDIA_MAX_MS = 12_000;

/** What the process that connects is told. The token goes over its channel: arguments are for everybody to read. */
export const mediaRequestSchema = v.object({ url: v.string(), joinToken: v.string() });
const mediaAnswerSchema = v.object({ tookMs: v.number() });

/**
 * Connects as a client does: signalling, ICE and DTLS, with the media library that agents use. In a process of its own, which can be
 * ended: an attempt of the library cannot be called off, and the library writes to stdout.
 *
 * @returns how long it took in ms, or `undefined` when no connection came about in time
 */
export function connectMedia(
  url: string,
  joinToken: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./media-connection-main.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const kill = (): void => void child.kill('SIGKILL');
    const deadline = clock.after(MEDIA_MAX_MS, kill);
    signal.addEventListener('abort', kill, { once: true });
    let tookMs: number | undefined;
    child.once('message', (message) => {
      const answer = v.safeParse(mediaAnswerSchema, message);
      if (answer.success) ({ tookMs } = answer.output);
      // It has said all that it has to say; leaving the room is done with the room itself.
      kill();
    });
    child.once('error', kill);
    child.once('close', () => {
      deadline[Symbol.dispose]();
      signal.removeEventListener('abort', kill);
      resolve(tookMs);
    });
    child.send({ url, joinToken }, () => undefined);
  });
}
