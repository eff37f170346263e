import { expect, test } from 'vitest';
import { closedAttributes, closedName } from './closed-spans.ts';
import type { SpanAttributes } from './span-names.ts';
import { createTraceContext, formatTraceparent, parseTraceparent } from './trace-context.ts';
import { silentTracer } from './tracer.ts';

const EXAMPLE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('the example of the W3C reads as it is written', () => {
  expect(parseTraceparent(EXAMPLE)).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    isSampled: true,
  });
});

test('what was made can be read again, and no two traces have an id in common', () => {
  const made = Array.from({ length: 100 }, createTraceContext);
  for (const context of made) expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
  expect(new Set(made.map(({ traceId }) => traceId)).size).toBe(made.length);
});

test.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['another version', EXAMPLE.replace('00-', '01-')],
  ['a forbidden version', EXAMPLE.replace('00-', 'ff-')],
  ['upper case', EXAMPLE.toUpperCase()],
  ['no trace id', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['no span id', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ['something behind', `${EXAMPLE}-00`],
  ['a line break behind', `${EXAMPLE}\n`],
  ['a space before', ` ${EXAMPLE}`],
  ['two at once', `${EXAMPLE},${EXAMPLE}`],
])('%s is no traceparent', (_what, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('flags that are not known do not count', () => {
  expect(parseTraceparent(EXAMPLE.replace(/01$/, 'fe'))?.isSampled).toBe(false);
  expect(parseTraceparent(EXAMPLE.replace(/01$/, 'ff'))?.isSampled).toBe(true);
});

test('only attributes with known names and values are kept', () => {
  const attributes: SpanAttributes & Record<string, unknown> = {
    'http.route': '/calls/:callId/key',
    'http.response.status_code': 200,
    'error.type': 'did:ixo:alice',
    'oracle_calls.end_reason': 'hangup',
    'http.request.method': undefined,
    'enduser.id': '@alice:example.org',
  };
  expect(closedAttributes(attributes)).toEqual({
    'http.route': '/calls/:callId/key',
    'http.response.status_code': 200,
    'oracle_calls.end_reason': 'hangup',
  });
});

test('a name that nobody foresaw is not told', () => {
  expect(closedName('POST /join-token')).toBe('POST /join-token');
  expect(closedName('GET /calls/$event@lk-room/key')).toBe('other');
});

test('a trace goes on through a tracer that records nothing', () => {
  const parent = createTraceContext();
  expect(silentTracer.startSpan('joinToken', { parent }).context).toEqual(parent);
});
