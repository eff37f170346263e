import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { callHearingSchema } from '@oracle-calls/protocol/hearing';
import { oracleSettingsSchema } from '../oracle/brain-settings.ts';
import { PRIVATE_KEY_VARIABLE } from '../identity/oracle-key.ts';

/**
 * What the host is told first. No secrets, but all of an oracle's instructions, and addresses in which an operator may have put something: so not as an
 * argument, which every user of the machine can read, and which ends at 128 kB.
 */
export const hostSettingsSchema = v.strictObject({
  socketPath: v.string(),
  weightsDir: v.string(),
  maxCalls: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Which brain, recognition and speech; keys are named by file. */
  oracle: oracleSettingsSchema,
  /** For development: the oracle is read anew whenever its files change. */
  reloadsOracle: v.boolean(),
});
export type HostSettings = v.InferOutput<typeof hostSettingsSchema>;

/** What the host tells the worker that started it. */
const hostReportSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('ready'), brainTitle: v.string(), hearing: callHearingSchema, ms: v.number() }),
  v.strictObject({ kind: v.literal('reloaded'), brainTitle: v.string() }),
  v.strictObject({ kind: v.literal('not-reloaded'), problem: v.string() }),
  v.strictObject({
    kind: v.literal('failed'),
    problem: v.picklist(['not-loaded', 'engine-lost']),
    message: v.string(),
  }),
]);
export type HostReport = v.InferOutput<typeof hostReportSchema>;

/** A running speech host, as its supervisor sees it. */
export interface HostProcess {
  readonly pid: number | undefined;
  /** Settles when the process is gone. */
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Asks it to go. */
  release(): void;
  kill(): void;
}

export type StartHost = (onReport: (report: HostReport) => void) => HostProcess;

/** Starts the speech host as a child process. */
export function forkHost(settings: HostSettings): StartHost {
  const script = fileURLToPath(new URL('./speech-host-main.ts', import.meta.url));
  return (onReport) => {
    // It neither needs the oracle's key nor shall it be able to show it.
    const { [PRIVATE_KEY_VARIABLE]: _key, ...env } = process.env;
    const child = fork(script, {
      env,
      // Without the worker's own Node flags: they were meant for the worker.
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // Whoever is gone already is told by `exited`.
    child.send(settings, () => undefined);
    child.on('message', (message) => {
      const report = v.safeParse(hostReportSchema, message);
      if (report.success) onReport(report.output);
    });
    return {
      pid: child.pid,
      exited: exitOf(child),
      release: () => {
        if (child.connected) child.disconnect();
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}

function exitOf(child: ChildProcess): HostProcess['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    // It could not be started at all: there will be no exit.
    child.once('error', () => resolve({ exitCode: child.exitCode, signal: child.signalCode }));
  });
}
