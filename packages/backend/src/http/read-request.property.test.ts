import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callIdSchema, isOracleCallError, parseCallId } from '@oracle-calls/protocol';
import {
  callsQuerySchema,
  claimRequestSchema,
  joinTokenRequestSchema,
  sessionRequestSchema,
  syncRequestSchema,
  updateRequestSchema,
} from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { parseJsonBody } from './read-request.ts';

/** Inputs of each property: many more at night. */
const NUM_RUNS = process.env['NIGHTLY'] === '1' ? 100_000 : 1_000;
const bounds = { numRuns: NUM_RUNS };
const TIMEOUT_MS = 10 * 60_000;

const BODIES = {
  session: { schema: sessionRequestSchema, code: 'ERR_PROTOCOL_MALFORMED' },
  joinToken: { schema: joinTokenRequestSchema, code: 'ERR_PROTOCOL_MALFORMED' },
  sync: { schema: syncRequestSchema, code: 'ERR_PROTOCOL_MALFORMED' },
  update: { schema: updateRequestSchema, code: 'ERR_PROTOCOL_MALFORMED' },
  claim: { schema: claimRequestSchema, code: 'ERR_PROTOCOL_MALFORMED' },
} as const;

/** Names that honest bodies have, so that the fields themselves are reached, and some that objects have by birth. */
const fieldName = fc.constantFrom(
  'openIdToken',
  'access_token',
  'matrix_server_name',
  'roomId',
  'oracleDid',
  'callId',
  'sessionId',
  'callStatus',
  'endReason',
  'ticket',
  '__proto__',
  'constructor',
  'toString',
);
const { tree: jsonValue } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('ended', 'active', 'hangup', 'did:ixo:oracle456', 'lk-1', '$e@r', 'localhost', 'a'.repeat(43)),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: tie('leaf') },
    { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 4 }) },
    { weight: 3, arbitrary: fc.dictionary(fc.oneof(fieldName, fc.string()), tie('tree'), { maxKeys: 6 }) },
  ),
}));
const body = fc.oneof(
  jsonValue.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  // Deep nesting and broken ends.
  fc.nat({ max: 20_000 }).map((depth) => '['.repeat(depth)),
  jsonValue.map((value) => JSON.stringify(value).slice(0, -1)),
);
const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  { weight: 1, arbitrary: fc.constant('application/json; charset=utf-8') },
  { weight: 1, arbitrary: fc.option(fc.string(), { nil: undefined }) },
);

/** What a parser does: something that fits, or a typed refusal, and nothing else. */
function outcomeOf(parse: () => unknown, codes: readonly string[]): unknown {
  try {
    return parse();
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    expect(codes).toContain(error.code);
    return undefined;
  }
}

test.each(Object.entries(BODIES))(
  'whatever the body of a %s request is, it fits or is refused as malformed',
  (_name, { schema, code }) => {
    let accepted = 0;
    fc.assert(
      fc.property(body, contentType, (text, type) => {
        const result = outcomeOf(() => parseJsonBody(text, type, schema), [code]);
        if (result === undefined) return;
        accepted += 1;
        // What got in is what the schema says and has no other field.
        expect(v.parse(schema, result)).toEqual(result);
      }),
      { ...bounds, examples: [['{"callStatus":"ended"}', 'application/json']] },
    );
    // Otherwise nothing was tested but refusals; a body with required fields is rarely hit by chance.
    if (schema === syncRequestSchema) expect(accepted).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test('a list is no object, though it has no field that is wrong', () => {
  for (const text of ['[]', '[null, null]']) {
    expect(() => parseJsonBody(text, 'application/json', syncRequestSchema)).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    );
  }
});

test(
  'whatever a query is, it fits or does not, and nothing is thrown',
  () => {
    const query = fc.dictionary(
      fc.constantFrom('sessionId', 'status', 'cursor', 'limit', 'other'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('ended', '7', '0', '1000', 's-1')),
    );
    fc.assert(
      fc.property(query, (values) => {
        const result = v.safeParse(callsQuerySchema, values);
        if (!result.success || result.output.limit === undefined) return;
        expect(result.output.limit).toBeGreaterThanOrEqual(1);
        expect(result.output.limit).toBeLessThanOrEqual(100);
      }),
      bounds,
    );
  },
  TIMEOUT_MS,
);

test(
  'whatever a call id in a path is, it is one or is refused',
  () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 250 }),
      fc.stringMatching(/^\$[A-Za-z0-9_-]{1,6}@[A-Za-z0-9][A-Za-z0-9_@-]{0,6}$/),
    );
    fc.assert(
      fc.property(text, (id) => {
        const parsed = outcomeOf(() => parseCallId(id), ['ERR_PROTOCOL_CALL_ID']);
        expect(parsed !== undefined).toBe(v.is(callIdSchema, id));
      }),
      bounds,
    );
  },
  TIMEOUT_MS,
);
