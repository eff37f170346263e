import { logger as globalLogger, type Logger } from 'matrix-js-sdk/lib/logger.js';

const nothing = (): void => undefined;

/** A client's log holds personal data and stays off the console. */
export const quietLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  getChild: () => quietLogger,
};

/** Stores and models of the SDK log past the client's logger, through a global one made with `loglevel`. */
export function silenceGlobalLogger(): void {
  Reflect.set(globalLogger, 'methodFactory', () => nothing);
  if ('rebuild' in globalLogger && typeof globalLogger.rebuild === 'function') globalLogger.rebuild();
}
