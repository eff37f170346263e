import type { DIDResolutionOptions } from 'did-resolver';

/** The `signal` that a caller passed through the standard interface's open options. */
export function signalOf(options: DIDResolutionOptions): AbortSignal | undefined {
  const signal: unknown = options['signal'];
  return signal instanceof AbortSignal ? signal : undefined;
}
