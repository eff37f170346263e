import type { MatrixPort } from '@oracle-calls/matrix';
import { CALL_EVENT_TYPE, codeOf, OracleCallError, type Logger } from '@oracle-calls/protocol';
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
  logger: Logger,
  open: (tell: (ring: Ring) => void) => Promise<RingDesk>,
): LazyRings {
  const observers = new Observers<Ring>();
  let listening: Disposable | undefined;
  let opening: Promise<RingDesk> | undefined;
  let desk: RingDesk | undefined;
  let isClosed = false;
  return {
    get current() {
      return desk?.current;
    },
    observe(listener) {
      if (!isClosed)
        listening ??= matrix.observeEvents((event) => {
          // Rings and their answers have types below the call event's; calls matter when something has rung.
          if (!event.type.startsWith(opening === undefined ? `${CALL_EVENT_TYPE}.` : CALL_EVENT_TYPE)) return;
          opening ??= open((ring) => observers.tell(ring));
          opening.then(
            (opened) => {
              desk = opened;
              if (isClosed) opened[Symbol.dispose]();
              opened.hear(event);
            },
            (error: unknown) => {
              // The next ring tries again to load it.
              opening = undefined;
              logger.warn('ring not taken', { code: codeOf(error) });
            },
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
      isClosed = true;
      listening?.[Symbol.dispose]();
      desk?.[Symbol.dispose]();
      observers.clear();
    },
  };
}
