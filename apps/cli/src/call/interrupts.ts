import { OracleCallError } from '@oracle-calls/protocol';

/** Shells tell the end by a signal so: 128 and its number. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first Ctrl-C hangs up, which takes a moment; the second ends the process. Dispose to leave signals alone again. */
export function watchInterrupts(hangingUp: () => void): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const interrupt = (name: keyof typeof EXIT_BY_SIGNAL): void => {
    if (controller.signal.aborted) process.exit(EXIT_BY_SIGNAL[name]);
    hangingUp();
    controller.abort(new OracleCallError('ERR_CALL_ENDED', 'The call was broken off.'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
