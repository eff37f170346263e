import { OracleCallError } from '@oracle-calls/protocol';
import { CALLS_PAGE_DEFAULT, type CallsQuery, type CallsResponse } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import type { CallStore, PageStart } from '../store/call-store.ts';
import { toCallRecord } from './call.ts';

const CURSOR = /^(\d{1,15})\.(\d{1,15})$/;

function encodeCursor({ startedAt, seq }: PageStart): string {
  return Buffer.from(`${String(startedAt)}.${String(seq)}`).toString('base64url');
}

function decodeCursor(cursor: string): PageStart {
  const [, startedAt, seq] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (startedAt === undefined || seq === undefined) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', undefined, {
      details: { issues: ['cursor: a cursor expected'] },
    });
  }
  return { startedAt: Number(startedAt), seq: Number(seq) };
}

/**
 * One page of a user's own calls, newest first. The cursor says behind which call the next page begins, so that new
 * calls shift nothing.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for a cursor that none of these pages gave
 */
export async function listCalls(
  calls: CallStore,
  matrixUserId: MatrixUserId,
  { cursor, limit = CALLS_PAGE_DEFAULT, since, until, ...filter }: CallsQuery,
): Promise<CallsResponse> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  // One more than asked for tells whether there is a next page.
  const found = await calls.list({
    ...filter,
    matrixUserId,
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
    after,
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { calls: page.map(toCallRecord), ...(last === undefined ? {} : { nextCursor: encodeCursor(last) }) };
}
