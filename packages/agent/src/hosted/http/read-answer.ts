import { createParser } from 'eventsource-parser';
import { OracleCallError, parseWith } from '@oracle-calls/protocol';
import type * as v from 'valibot';
import type { UpstreamAnswer } from './upstream.ts';

/** One event of a stream (`text/event-stream`, WHATWG HTML section 9.2). */
export interface StreamEvent {
  /** `message` when the sender named none. */
  readonly event: string;
  readonly data: string;
}

/** Characters of one event: a tool's arguments are the longest thing in one. */
const EVENT_MAX_LENGTH = 1024 * 1024;

/** The events of an answer as they come. @throws {OracleCallError} as reading does; `ERR_UPSTREAM_MALFORMED` when it is no such stream */
export async function* eventsOf({ contentType, pieces, release }: UpstreamAnswer): AsyncGenerator<StreamEvent> {
  if (!/^text\/event-stream\b/i.test(contentType)) {
    release();
    throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'The answer is no stream of events.');
  }
  const come: StreamEvent[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: EVENT_MAX_LENGTH,
    onEvent: ({ event = 'message', data }) => void come.push({ event, data }),
    onError: ({ type }) => {
      // Fields that nobody knows are to be ignored, says the standard.
      if (type === 'max-buffer-size-exceeded') isTooLong = true;
    },
  });
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    parser.feed(decoder.decode(piece, { stream: true }));
    if (isTooLong) throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'An event of the answer does not end.');
    yield* come.splice(0);
  }
}

/** A whole answer as JSON. @throws {OracleCallError} as reading does; `ERR_UPSTREAM_MALFORMED` */
export async function jsonOf<S extends v.GenericSchema>(answer: UpstreamAnswer, schema: S): Promise<v.InferOutput<S>> {
  return parseJson((await bytesOf(answer)).toString('utf8'), schema);
}

export async function bytesOf({ pieces }: UpstreamAnswer): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** @throws {OracleCallError} `ERR_UPSTREAM_MALFORMED` */
export function parseJson<S extends v.GenericSchema>(text: string, schema: S): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'The answer is no JSON.');
  }
  return parseWith(schema, value, 'ERR_UPSTREAM_MALFORMED');
}
