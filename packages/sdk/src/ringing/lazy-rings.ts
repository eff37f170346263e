import type { MatrixPort } from '@oracle-calls/matrix';
import { CALL_EVENT_TYPE, OracleCallError } from '@oracle-calls/protocol';
import { Observers } from '../observers/observers.ts';
import type { RingDesk } from './ring-desk.ts';
import type { Ring, Rings } from './rings.ts';

export interface LazyRings extends Rings, Disposable {
  /** A call has begun or ended. */
  lineChanged(): void;
}

/** Listens for rings, and opens the desk that knows about them when the first comes. */
export function createLazyRings(
  matrix: MatrixPort,
  open: (tell: (ring: Ring) => void) => Promise<RingDesk>,
): LazyRings {
  const observers = new Observers<Ring>();
  let listening: Disposable | undefined;
  let opening: Promise<RingDesk> | undefined;
  let desk: RingDesk | undefined;
  return {
    get current() {
      return desk?.current;
    },
    observe(listener) {
      listening ??= matrix.observeEvents((event) => {
        // Rings and their answers have types below the call event's; calls matter when something has rung.
        if (!event.type.startsWith(opening ? CALL_EVENT_TYPE : `${CALL_EVENT_TYPE}.`)) return;
        opening ??= open((ring) => observers.tell(ring));
        // What could not be loaded is tried again with the next ring.
        opening.then(
          (opened) => (desk = opened).hear(event),
          () => (opening = undefined),
        );
      });
      return observers.observe(listener);
    },
    accept(ring, cancel) {
      if (desk === undefined) throw new OracleCallError('ERR_CALL_ENDED');
      return desk.accept(ring, cancel);
    },
    decline: async (ring) => desk?.decline(ring),
    lineChanged: () => desk?.lineChanged(),
    [Symbol.dispose]() {
      listening?.[Symbol.dispose]();
    },
  };
}
