const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignalName = (typeof SIGNALS)[number];

/** What an operator asks of a process that is to stop. Disposed, it leaves signals to Node again. */
export interface StopSignals extends Disposable {
  /** Aborted by the first signal: finish what is there. */
  readonly drain: AbortSignal;
  /** Aborted by the second: stop at once. */
  readonly stop: AbortSignal;
}

/** Follows `SIGINT` and `SIGTERM` of this process. `tell` hears of each. */
export function followStopSignals(
  source: NodeJS.EventEmitter,
  tell: (signal: StopSignalName, what: 'drain' | 'stop') => void,
): StopSignals {
  const drain = new AbortController();
  const stop = new AbortController();
  const onSignal = (signal: StopSignalName): void => {
    const what = drain.signal.aborted ? 'stop' : 'drain';
    tell(signal, what);
    (what === 'drain' ? drain : stop).abort(new Error(`Stopped by ${signal}.`));
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    drain: drain.signal,
    stop: stop.signal,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) source.off(signal, onSignal);
    },
  };
}
