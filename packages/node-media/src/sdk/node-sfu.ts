import type { Clock, Logger } from '@oracle-calls/protocol';
import type { SfuPort } from '@oracle-calls/sdk/core';
import { rehearseGuard } from '../guard/index.ts';
import { createCallerSeat } from '../seat/index.ts';
import { NodeConnection } from './node-connection.ts';
import type { HeardSound } from './remote-sound.ts';

export interface NodeSfuOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The speaker: everything that is heard of the oracle, as it is heard. */
  readonly onHeard?: ((sound: HeardSound) => void) | undefined;
}

/** LiveKit for callers in Node: `rtc-node` behind the guard, with the rules that an oracle's agent keeps. Sound only. */
export function createNodeSfu({ clock, logger, onHeard = () => undefined }: NodeSfuOptions): SfuPort {
  return {
    isSupported: () => true,
    prepare: () => rehearseGuard(),
    create: () => new NodeConnection({ clock, logger, onHeard, createSeat: createCallerSeat }),
    close: () => undefined,
  };
}
