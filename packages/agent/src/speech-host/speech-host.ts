import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { OracleSettings } from '../oracle/brain-settings.ts';
import { forkHost } from './host-process.ts';
import { HostSupervisor } from './supervisor.ts';

/** Environment variable that tells a job's process where the speech host listens. */
export const SPEECH_SOCKET_VARIABLE = 'ORACLE_CALLS_SPEECH_SOCKET';

/** The worker's speech host: one process with the models, shared by all its jobs, started again whenever it is lost. */
export interface SpeechHost extends AsyncDisposable {
  readonly socketPath: string;
  /** Stops the host's process and removes its socket. Idempotent. */
  close(): Promise<void>;
}

export interface SpeechHostOptions {
  readonly weightsDir: string;
  readonly maxCalls: number;
  readonly oracle: OracleSettings;
  readonly reloadsOracle: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Starts the host and returns at once; it logs `models loaded` some seconds later. */
export function startSpeechHost({ clock, log, ...settings }: SpeechHostOptions): SpeechHost {
  const { socketPath, clear, remove } = privateSocket();
  const start = forkHost({ socketPath, ...settings });
  const supervisor = new HostSupervisor({ start, prepare: clear, clock, log });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= supervisor.close().then(remove));
  return { socketPath, close, [Symbol.asyncDispose]: close };
}

/** @throws {OracleCallError} `ERR_INTERNAL` when the worker did not set it */
export function readSpeechSocket(env: NodeJS.ProcessEnv): string {
  const path = env[SPEECH_SOCKET_VARIABLE];
  if (path === undefined || path === '') {
    throw new OracleCallError('ERR_INTERNAL', `${SPEECH_SOCKET_VARIABLE} is not set.`);
  }
  return path;
}

interface PrivateSocket {
  readonly socketPath: string;
  /** A killed process leaves its socket's file, and the next could not listen. */
  readonly clear: () => void;
  readonly remove: () => void;
}

/** An address that only this user can reach: a socket in a folder of mode 0700, on Windows a pipe with a name nobody can guess. */
function privateSocket(): PrivateSocket {
  if (process.platform === 'win32') {
    const socketPath = `\\\\.\\pipe\\oracle-calls-${randomBytes(16).toString('hex')}`;
    return { socketPath, clear: () => undefined, remove: () => undefined };
  }
  // `mkdtemp` makes it 0700. Short names: a socket's path may have no more than about a hundred bytes.
  const dir = mkdtempSync(join(tmpdir(), 'oracle-calls-'));
  const socketPath = join(dir, 'speech');
  return {
    socketPath,
    clear: () => rmSync(socketPath, { force: true }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
