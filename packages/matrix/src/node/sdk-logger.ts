import type { Logger } from '@oracle-calls/protocol';
import { logger as globalSdkLogger, type Logger as SdkLogger } from 'matrix-js-sdk/lib/logger.js';

/** Longest text taken over: the SDK likes to print whole responses. */
const TEXT_MAX_LENGTH = 300;

/**
 * The SDK's chatter as debug lines of ours, whatever level it gave them: what it calls an error is often a retry. Only texts
 * and the names of errors are taken over, since objects may hold anything, and all of it counts as personal.
 */
export function sdkLogger(logger: Logger, part = 'client'): SdkLogger {
  const say =
    (sdkLevel: string) =>
    (...said: unknown[]): void =>
      logger.debug('matrix-js-sdk', { part, sdkLevel, 'pii.text': textOf(said) });
  return {
    trace: say('trace'),
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    getChild: (namespace) => sdkLogger(logger, `${part}/${namespace}`),
  };
}

function textOf(said: readonly unknown[]): string {
  const words = said.map((word) => {
    if (typeof word === 'string') return word;
    if (typeof word === 'number' || typeof word === 'boolean') return String(word);
    return word instanceof Error ? word.name : `(${typeof word})`;
  });
  return words.join(' ').slice(0, TEXT_MAX_LENGTH);
}

/** The SDK's one child of its global logger that exists before we can do anything. */
const EARLY_CHILD = 'RoomStickyEvents';

/**
 * The SDK's stores, models and timers log through one global logger straight to the console; a service's stdout is for its own
 * log. A child takes its methods from the global logger whenever it is asked for.
 */
export function silenceGlobalSdkLogger(): void {
  const silent = (): (() => void) => () => undefined;
  Reflect.set(globalSdkLogger, 'methodFactory', silent);
  if ('rebuild' in globalSdkLogger && typeof globalSdkLogger.rebuild === 'function') globalSdkLogger.rebuild();
  globalSdkLogger.getChild(EARLY_CHILD);
}
