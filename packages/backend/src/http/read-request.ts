import type { Context } from 'hono';
import type * as v from 'valibot';
import {
  OracleCallError,
  parseCallId,
  parseMatrixEventId,
  parseWith,
  type CallId,
  type MatrixEventId,
} from '@oracle-calls/protocol';

const malformed = (issue: string): OracleCallError =>
  new OracleCallError('ERR_PROTOCOL_MALFORMED', undefined, { details: { issues: [issue] } });

/**
 * The text of a body as JSON that fits `schema`; no body counts as `{}`.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`
 */
export function parseJsonBody<S extends v.GenericSchema>(
  text: string,
  contentType: string | undefined,
  schema: S,
): v.InferOutput<S> {
  if (text === '') return parseWith(schema, {});
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? ''))
    throw malformed('content-type: application/json expected');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw malformed('(root): JSON expected');
  }
  // To valibot a list is an object as well.
  if (Array.isArray(body)) throw malformed('(root): an object expected');
  return parseWith(schema, body);
}

/** The body, read and parsed. @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export async function readJson<S extends v.GenericSchema>(c: Context, schema: S): Promise<v.InferOutput<S>> {
  return parseJsonBody(await c.req.text(), c.req.header('content-type'), schema);
}

/** The query that fits `schema`; a name that is given twice does not. @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function readQuery<S extends v.GenericSchema>(c: Context, schema: S): v.InferOutput<S> {
  const query: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    const [value] = values;
    if (value === undefined || values.length > 1) throw malformed(`${name.slice(0, 32)}: one value expected`);
    query[name] = value;
  }
  return parseWith(schema, query);
}

/** The call id in the path. @throws {OracleCallError} `ERR_PROTOCOL_CALL_ID` */
export function readCallId(c: Context): CallId {
  return parseCallId(c.req.param('callId'));
}

/** The id of a ring in the path: that of its event. @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function readRingId(c: Context): MatrixEventId {
  return parseMatrixEventId(c.req.param('ringId'));
}
