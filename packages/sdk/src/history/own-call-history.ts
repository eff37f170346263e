import type { MatrixPort, OwnEvent } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  callIdParts,
  didSchema,
  isOracleCallError,
  parseCallId,
  parseWith,
  TRANSCRIPT_EVENT_TYPE,
  type Did,
  type Logger,
} from '@oracle-calls/protocol';
import { callsResponseSchema, ROUTES, type CallRecord } from '@oracle-calls/protocol/http';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { ResolvedOracle } from '../oracle/oracle-directory.ts';
import type { CallHistory, CallsPage, PastCall } from './call-history.ts';
import { readTranscript } from './read-transcript.ts';

/** What this account writes of a call. */
const OUR_TYPES: ReadonlySet<string> = new Set([CALL_EVENT_TYPE, TRANSCRIPT_EVENT_TYPE]);

/** What the backend can look for; it holds nothing else, so nothing else is found. */
const SEARCHABLE = /^[\x20-\x7e]{1,100}$/;

export interface CallHistoryDeps {
  readonly matrix: MatrixPort;
  readonly logger: Logger;
  readonly findOracle: (did: Did, signal: AbortSignal) => Promise<ResolvedOracle>;
  /** @throws {OracleCallError} `ERR_DID_DOCUMENT` */
  readonly backendAt: (backendUrl: string) => BackendClient;
  /** Aborts when the calls are closed. */
  readonly closing: AbortSignal;
}

/** The history of one account, from the oracles' backends and the account's own rooms. */
export function createCallHistory(deps: CallHistoryDeps): CallHistory {
  const { matrix, logger, findOracle, backendAt, closing } = deps;
  const limit = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closing : AbortSignal.any([signal, closing]);

  return {
    async list({ oracleDid, search = '', cursor, limit: size }, cancel = {}): Promise<CallsPage> {
      const signal = limit(cancel.signal);
      const did = parseWith(didSchema, oracleDid);
      const words = search.trim();
      if (words !== '' && !SEARCHABLE.test(words)) return { calls: [], nextCursor: undefined };
      const { backendUrl } = await findOracle(did, signal);
      const query = new URLSearchParams({ oracleDid: did });
      if (words !== '') query.set('search', words);
      if (cursor !== undefined) query.set('cursor', cursor);
      if (size !== undefined) query.set('limit', String(size));
      const answer = await backendAt(backendUrl).ask('GET', `${ROUTES.calls}?${query.toString()}`, { signal });
      const page = parseWith(callsResponseSchema, answer);
      // A backend speaks for its own oracle: in another's name it would have calls opened, and deleted, at that one's.
      const calls = page.calls.filter((call) => call.oracleDid === did);
      return { calls: calls.map(pastCallOf), nextCursor: page.nextCursor };
    },
    async transcript({ oracleDid, callId: text }, cancel = {}) {
      const signal = limit(cancel.signal);
      const callId = parseCallId(text);
      const { matrixUserId: oracleUserId } = await findOracle(parseWith(didSchema, oracleDid), signal);
      return await readTranscript({ matrix, logger, oracleUserId, callId, signal });
    },
    async delete({ oracleDid, callId: text }, cancel = {}) {
      const signal = limit(cancel.signal);
      const callId = parseCallId(text);
      const { backendUrl, matrixUserId } = await findOracle(parseWith(didSchema, oracleDid), signal);
      await forgetAt(backendAt(backendUrl), `${ROUTES.calls}/${callId}`, signal);
      const records = await matrix.ownRecords();
      const events = await records.fetch(matrixUserId, callIdParts(callId).eventId, { signal });
      // The call event last: as long as it is there, what relates to it is found again.
      // Which event the call is was said by a backend: what is seen to be something else of the person's stays.
      for (const event of events.filter(isOfCalls).toReversed()) {
        await records.redact(event, { transactionId: `delete-${event.eventId}`, signal });
      }
    },
  };
}

/** Also what this device cannot open any more: it is to be deletable all the same. */
const isOfCalls = ({ type }: OwnEvent): boolean => type === undefined || OUR_TYPES.has(type);

/** A call that the backend does not know any more may still be in the room. */
async function forgetAt(backend: BackendClient, path: string, signal: AbortSignal): Promise<void> {
  try {
    await backend.ask('DELETE', path, { signal });
  } catch (error) {
    if (!isOracleCallError(error) || error.code !== 'ERR_CALL_NOT_FOUND') throw error;
  }
}

function pastCallOf(record: CallRecord): PastCall {
  const { callId, oracleDid, callType: type, callStatus: status, sessionId, endReason } = record;
  const endedAt = record.callEndedAt === undefined ? undefined : Date.parse(record.callEndedAt);
  return {
    callId,
    oracleDid,
    type,
    status,
    sessionId,
    startedAt: Date.parse(record.callStartedAt),
    endedAt,
    endReason,
  };
}
