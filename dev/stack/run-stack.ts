import { relative } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import { DevError } from '../process/dev-error.ts';
import { formatElapsed } from '../toolchain/tool.ts';
import { formatTable } from './address-table.ts';
import type { Row } from './address-table.ts';
import { createPartLog, wantsColour } from './part-log.ts';
import type { Part } from './part-log.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack.ts';
import { onStopSignal } from './stop-signal.ts';

export interface RunStackOptions extends Omit<StackOptions, 'log' | 'signal'> {
  /** What is told of a line that a part printed; nothing when `undefined`. The line as it is, when absent. */
  readonly tell?: ((part: Part, line: string) => string | undefined) | undefined;
  /** Rows of the table that is printed once everything is up; all addresses when absent. */
  readonly rows?: ((stack: Stack) => readonly Row[]) | undefined;
}

/** Runs a stack at a terminal until Ctrl-C. Returns the exit code. */
export async function runStack({
  tell = (_part, line) => line,
  rows = addresses,
  ...options
}: RunStackOptions): Promise<number> {
  const partLog = createPartLog({
    write: (line) => console.log(line),
    colour: wantsColour(process.env, process.stdout.isTTY),
  });
  const say = partLog('stack');
  const stop = onStopSignal(process, () => say('stopping… (once more to stop at once)'));
  const startedAt = systemClock.now();
  try {
    await using stack = await startStack({
      ...options,
      log: (part, line) => {
        const told = tell(part, line);
        if (told !== undefined) partLog(part)(told);
      },
      signal: stop.signal,
    });
    say(`up in ${formatElapsed(systemClock.now() - startedAt)}`);
    console.log(['', ...formatTable([...rows(stack)], process.stdout.columns ?? 80), ''].join('\n'));
    await Promise.race([stop.requested, stack.failed]);
  } catch (cause) {
    if (stop.signal.aborted) return stop.exitCode;
    for (const line of describeFailure(cause)) say(line);
    return 1;
  }
  say('stopped');
  return 0;
}

/** A part's last lines were shown when it printed them; an installer's are shown only here. */
function describeFailure(cause: unknown): string[] {
  if (!(cause instanceof DevError))
    return [`failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`];
  const isShown = cause.code === 'ERR_DEV_EXITED' || cause.code === 'ERR_DEV_NOT_READY';
  return isShown ? [`failed: ${cause.summary}; its lines are above`] : `failed: ${cause.message}`.split('\n');
}

export function addresses(stack: Stack): Row[] {
  const { alice, bob } = stack.users;
  const account = (label: string, { userId, password, recoveryKey }: typeof alice): Row[] => [
    { label, value: userId },
    { label: 'password', value: password },
    { label: 'recovery key', value: recoveryKey },
  ];
  return [
    ...(stack.webUrl === undefined ? [] : [{ label: 'Call the oracle', value: stack.webUrl }]),
    ...account('Sign in as', alice),
    ...account('or as', bob),
    { label: 'Oracle', value: `${stack.oracleDid}  ${stack.oracleUserId}` },
    { label: 'Backend', value: stack.backendUrl },
    { label: 'Homeserver', value: stack.homeserverUrl },
    ...(stack.singleSignOn === undefined ? [] : [{ label: 'Sign-in', value: stack.singleSignOn.client.issuer }]),
    { label: 'LiveKit', value: stack.sfu.url },
    { label: 'DID resolver', value: stack.didResolverUrl },
    { label: 'State', value: shortPath(stack.stateDir) },
  ];
}

/** Relative where that is shorter to read: below the current folder. */
function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}
