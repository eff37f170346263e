import type { Clock } from './clock.ts';

/** Levels from the most talkative to the gravest; `error` means a bug or a lost fact. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The fields of a log line: small facts. Personal values (Matrix ids, DIDs, addresses) stand under keys beginning `pii.`;
 * keys, tokens, tickets and envelopes never appear. `undefined` fields are left out.
 */
export interface LogFields {
  readonly [name: string]: string | number | boolean | undefined | readonly LogFields[];
}

/** One line is one fact: a fixed message and fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger whose lines all carry these fields as well. */
export function withLogFields(logger: Logger, common: LogFields): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { ...common, ...fields }),
    info: (message, fields) => logger.info(message, { ...common, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...common, ...fields }),
    error: (message, fields) => logger.error(message, { ...common, ...fields }),
  };
}

export interface JsonLoggerOptions {
  /** The lowest level that is written; `info` when absent. */
  readonly level?: LogLevel | undefined;
  /** Fields of every line. */
  readonly fields?: LogFields | undefined;
}

const nothing = (): void => undefined;

/** The default of every library here: says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Writes each fact as one line of JSON, `{"at","level","msg",…fields}`; `write` gets the line with its line break. */
export function createJsonLogger(
  write: (line: string) => void,
  clock: Pick<Clock, 'now'>,
  { level = 'info', fields: common = {} }: JsonLoggerOptions = {},
): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const writer = (lineLevel: LogLevel): Logger['info'] => {
    if (LOG_LEVELS.indexOf(lineLevel) < lowest) return nothing;
    return (msg, fields = {}) => {
      const fixed = { at: new Date(clock.now()).toISOString(), level: lineLevel, msg };
      // Once in front to be read first, once behind so that no field can pass for them; JSON escapes line breaks in texts.
      write(`${JSON.stringify(Object.assign({}, fixed, common, fields, fixed))}\n`);
    };
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}
