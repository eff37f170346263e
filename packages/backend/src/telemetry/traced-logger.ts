import { callIdSchema, sfuRoomNameSchema, type LogFields, type Logger } from '@oracle-calls/protocol';
import * as v from 'valibot';
import type { CallTraces } from './call-traces.ts';
import { currentScope } from './trace-scope.ts';

/** Adds `traceId` to each line that is about a call whose trace is known, so that one search finds the call everywhere. */
export function tracedLogger(logger: Logger, traces?: Pick<CallTraces, 'of' | 'ofCall'>): Logger {
  const traced = (fields: LogFields | undefined): LogFields | undefined => {
    // The call's own first: whoever asks for something about it may be tracing something else.
    const traceId = (traces && fields && traceOf(traces, fields)) ?? currentScope()?.traceId;
    return traceId === undefined ? fields : { traceId, ...fields };
  };
  return {
    debug: (message, fields) => logger.debug(message, traced(fields)),
    info: (message, fields) => logger.info(message, traced(fields)),
    warn: (message, fields) => logger.warn(message, traced(fields)),
    error: (message, fields) => logger.error(message, traced(fields)),
  };
}

function traceOf(traces: Pick<CallTraces, 'of' | 'ofCall'>, { callId, sfuRoomName }: LogFields): string | undefined {
  if (v.is(callIdSchema, callId)) return traces.ofCall(callId)?.traceId;
  return v.is(sfuRoomNameSchema, sfuRoomName) ? traces.of(sfuRoomName)?.traceId : undefined;
}
