import type { Clock, EndReason } from '@oracle-calls/protocol';
import type {
  CallRequest,
  CancelOptions,
  DevicesSnapshot,
  EndedState,
  OracleCall,
  OracleCalls,
  Ring,
} from '@oracle-calls/sdk';
import { recordOf, type CallRecord } from './call-record.ts';
import { Cell, sourceOf, type Source } from './cell.ts';

/** What hooks read of one `OracleCalls`. */
export class CallsStore {
  readonly calls: OracleCalls;
  /** The call that is shown: the last one that was placed, by whomever, until it is dismissed. */
  readonly current: Cell<CallRecord | undefined>;
  readonly devices: Source<DevicesSnapshot>;
  readonly ring: Source<Ring | undefined>;
  /** How the last ring went on, once nobody waits for an answer any more. */
  readonly lastRing = new Cell<Ring | undefined>(undefined);

  constructor(calls: OracleCalls, clock: Clock) {
    this.calls = calls;
    const { devices, rings, currentCall } = calls;
    this.current = new Cell(currentCall === undefined ? undefined : recordOf(currentCall, clock));
    this.devices = sourceOf(
      () => devices.snapshot,
      (changed) => devices.observe(changed),
    );
    this.ring = sourceOf(
      () => rings.current,
      (changed) => rings.observe(changed),
    );
    // Both last as long as the calls do: `close` ends them.
    calls.observe((call) => this.current.write(recordOf(call, clock)));
    rings.observe((ring) => this.lastRing.write(ring.status === 'ringing' ? undefined : ring));
  }

  /** @throws as `OracleCalls.callOracle` */
  readonly place = (request: CallRequest, cancel?: CancelOptions): OracleCall => this.calls.callOracle(request, cancel);

  /** Hangs up the call that is shown. `undefined` when there is none. */
  readonly endCall = async (reason?: EndReason): Promise<EndedState | undefined> =>
    this.current.read()?.call.endCall(reason);

  /** Shows the call no more, once it has ended. A call in progress stays: whoever forgets it could not hang up. */
  readonly dismiss = (): void => {
    if (this.current.read()?.state.read().kind === 'Ended') this.current.write(undefined);
  };
}

const stores = new WeakMap<OracleCalls, CallsStore>();

/** The one store beside an `OracleCalls`. */
export function storeOf(calls: OracleCalls, clock: Clock): CallsStore {
  const known = stores.get(calls);
  if (known !== undefined) return known;
  const store = new CallsStore(calls, clock);
  stores.set(calls, store);
  return store;
}
