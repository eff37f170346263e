/** The hotel behind the concierge: what its tools ask and do. A real one is the hotel's own system. */
export interface House {
  /** Times at which there is a table this evening, as people say them. */
  freeTables(signal: AbortSignal): Promise<readonly string[]>;
  bookTable(time: string, signal: AbortSignal): Promise<void>;
  /** Brings a dish to the caller's room; how long that takes, in minutes. */
  order(dish: string, userDid: string | undefined, signal: AbortSignal): Promise<number>;
}

/** A house in memory, for trying the example. */
export function smallHouse(): House & { readonly ordered: readonly string[]; readonly booked: readonly string[] } {
  const ordered: string[] = [];
  const booked: string[] = [];
  const times = ['half past six', 'seven', 'eight'];
  return {
    ordered,
    booked,
    freeTables: () => Promise.resolve(times.filter((time) => !booked.includes(time))),
    bookTable: (time) => Promise.resolve(void booked.push(time)),
    order: (dish) => Promise.resolve(10 + 5 * ordered.push(dish)),
  };
}
