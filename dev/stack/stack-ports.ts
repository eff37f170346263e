import { DID_RESOLVER_PORT } from '../did-resolver/did-resolver.ts';
import { LIVEKIT_PORT } from '../livekit/livekit.ts';
import { freePort, releasePort } from '../process/ports.ts';
import { SYNAPSE_PORT } from '../synapse/synapse.ts';

/** The ports people expect; each gives way to a free one when somebody has it. */
export const WELL_KNOWN_PORTS = {
  synapse: SYNAPSE_PORT,
  livekit: LIVEKIT_PORT,
  resolver: DID_RESOLVER_PORT,
  backend: 8080,
  web: 5173,
} as const;

export type PortName = keyof typeof WELL_KNOWN_PORTS;

/** Preferred ports by part, the well-known ones where none is named; `'any'` for free ones throughout, as tests want. */
export type PortWishes = Partial<Readonly<Record<PortName, number>>> | 'any';

/** Which port a part should ask for; `undefined` for any. */
export function wishedPort(name: PortName, wishes: PortWishes): number | undefined {
  return wishes === 'any' ? undefined : (wishes[name] ?? WELL_KNOWN_PORTS[name]);
}

/** Says so when a part did not get the port that it asked for. */
export function reportOther(name: PortName, wishes: PortWishes, port: number, report: (line: string) => void): void {
  const wished = wishedPort(name, wishes);
  if (wished !== undefined && wished !== port) report(`port ${wished} is taken, so ${name} is on ${port}`);
}

export interface HeldPort extends AsyncDisposable {
  readonly port: number;
}

/** Chooses a port and keeps others of this process off it: for parts that others name before they listen. */
export async function holdPort(name: PortName, wishes: PortWishes, report: (line: string) => void): Promise<HeldPort> {
  const port = await freePort(wishedPort(name, wishes));
  reportOther(name, wishes, port, report);
  return {
    port,
    [Symbol.asyncDispose]() {
      releasePort(port);
      return Promise.resolve();
    },
  };
}
