import { OracleCallError, parseDid } from '@oracle-calls/protocol';
import type { OracleCall, Ring, Rings } from '@oracle-calls/sdk';
import { createFakeEventId } from '../matrix-account/fake-matrix-account.ts';

/** How long a scripted ring rings, in milliseconds. */
const LIFETIME_MS = 45_000;

/** Rings that a test scripts, for tests of what shows them. One at a time, as with the real ones. */
export class FakeRings implements Rings {
  /** What was declined. */
  readonly declined: Ring[] = [];
  /** While set, `decline` is refused with it, after the ring was declined here. */
  failure: OracleCallError | undefined;
  readonly #listeners = new Set<(ring: Ring) => void>();
  readonly #place: (ring: Ring) => OracleCall;
  #current: Ring | undefined;

  /** `place` makes the call that accepts a ring. */
  constructor(place: (ring: Ring) => OracleCall) {
    this.#place = place;
  }

  get current(): Ring | undefined {
    return this.#current;
  }

  /** How many listen. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** The oracle rings. */
  ring(changes: Partial<Ring> = {}): Ring {
    const ring = this.#make(changes);
    this.#tell(ring);
    return ring;
  }

  /** What rings is over, by whatever is no doing of this device. */
  end(status: 'elsewhere' | 'lapsed' | 'cancelled'): void {
    if (this.#current !== undefined) this.#tell({ ...this.#current, status });
  }

  /** Tells of a ring that came while nobody was here. */
  miss(changes: Partial<Ring> = {}): void {
    const current = this.#current;
    this.#tell({ ...this.#make(changes), status: 'lapsed' });
    this.#current = current;
  }

  observe(listener: (ring: Ring) => void): Disposable {
    const own = (ring: Ring): void => listener(ring);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  accept(ring: Ring): OracleCall {
    if (this.#current?.ringEventId !== ring.ringEventId) throw new OracleCallError('ERR_CALL_ENDED');
    const call = this.#place(ring);
    this.#tell({ ...this.#current, status: 'accepted' });
    return call;
  }

  async decline(ring: Ring): Promise<void> {
    if (this.#current?.ringEventId !== ring.ringEventId) return;
    this.declined.push(ring);
    this.#tell({ ...this.#current, status: 'declined' });
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
  }

  #make(changes: Partial<Ring>): Ring {
    return {
      ringEventId: createFakeEventId(),
      oracleDid: parseDid('did:ixo:oracle456'),
      type: 'audio',
      sessionId: undefined,
      reason: undefined,
      lapsesAt: LIFETIME_MS,
      ...changes,
      status: 'ringing',
    };
  }

  #tell(ring: Ring): void {
    this.#current = ring.status === 'ringing' ? ring : undefined;
    for (const listener of [...this.#listeners]) listener(ring);
  }
}
