import type { Clock } from '@oracle-calls/protocol';
import type { CheckResult } from './check.ts';
import { backendChecks } from './checks/backend.ts';
import { clockChecks } from './checks/clocks.ts';
import { configurationChecks } from './checks/configuration.ts';
import { homeserverChecks } from './checks/homeserver.ts';
import { keyChecks } from './checks/keys.ts';
import { machineChecks } from './checks/machine.ts';
import { mediaChecks } from './checks/media.ts';
import { oracleChecks } from './checks/oracle.ts';
import { sfuChecks } from './checks/sfu.ts';
import type { CheckDeps } from './installation.ts';
import { SfuProbe } from './livekit/sfu-probe.ts';
import { readInstallation, type Given } from './read-installation.ts';
import { runChecks } from './run-checks.ts';

export interface ExamineOptions {
  readonly clock: Clock;
  readonly onResult?: ((result: CheckResult) => void) | undefined;
}

/** Looks at an installation, without changing anything in it: results in the order in which a person would look. */
export async function examine(given: Given, { clock, onResult }: ExamineOptions): Promise<CheckResult[]> {
  const installation = await readInstallation(given);
  const { sfu } = installation;
  await using stack = new AsyncDisposableStack();
  const sfuProbe = sfu === undefined ? undefined : stack.use(new SfuProbe(sfu, clock));
  const deps: CheckDeps = { installation, sfuProbe, clock };
  const groups = [
    configurationChecks,
    machineChecks,
    keyChecks,
    homeserverChecks,
    sfuChecks,
    mediaChecks,
    backendChecks,
    oracleChecks,
    clockChecks,
  ];
  return await runChecks(
    groups.flatMap((checksOf) => checksOf(deps)),
    { clock, onResult },
  );
}
