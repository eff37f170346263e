import type { CallId, LogFields, Logger } from '@oracle-calls/protocol';

/** A job's log: from the claim on, every line names the call. */
export class CallLog implements Logger {
  readonly #log: Logger;
  #common: LogFields = {};

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `traceId`: of the call's trace, by which the lines of caller, backend and agent are found together. */
  nameCall(callId: CallId, traceId?: string): void {
    this.#common = { callId, ...(traceId === undefined ? {} : { traceId }) };
  }

  debug(message: string, fields?: LogFields): void {
    this.#log.debug(message, { ...this.#common, ...fields });
  }

  info(message: string, fields?: LogFields): void {
    this.#log.info(message, { ...this.#common, ...fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.#log.warn(message, { ...this.#common, ...fields });
  }

  error(message: string, fields?: LogFields): void {
    this.#log.error(message, { ...this.#common, ...fields });
  }
}
