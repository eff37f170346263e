import { expect, test } from 'vitest';
import { ERROR_CODES, ERROR_TABLE } from './error-table.ts';
import { isOracleCallError, OracleCallError } from './oracle-call-error.ts';
import { problemSchema, tryParseProblem } from './problem.ts';
import { PROBLEM_TYPE_PREFIX, toProblem } from './to-problem.ts';
import * as v from 'valibot';

const rows = ERROR_CODES.map((code) => ({ code, ...ERROR_TABLE[code] }));

test.each(rows)('$code has a well-formed name, slug, title and status', ({ code, slug, title, httpStatus }) => {
  expect(code).toMatch(/^ERR(_[A-Z]+)+$/);
  expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(title).toMatch(/^[A-Z].*\.$/);
  if (httpStatus !== undefined) expect(httpStatus >= 400 && httpStatus < 600).toBe(true);
});

test('no two codes share a slug or a title', () => {
  expect(new Set(rows.map(({ slug }) => slug)).size).toBe(rows.length);
  expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
});

test.each(rows.filter(({ httpStatus }) => httpStatus !== undefined))(
  '$code makes the round trip as a problem document',
  ({ code, slug, title, httpStatus, retryable }) => {
    const problem = toProblem(new OracleCallError(code));
    expect(problem).toMatchObject({ type: PROBLEM_TYPE_PREFIX + slug, title, status: httpStatus, code, retryable });
    expect(v.is(problemSchema, JSON.parse(JSON.stringify(problem)))).toBe(true);
    const back = tryParseProblem(JSON.parse(JSON.stringify(problem)));
    expect(back?.code).toBe(code);
    expect(back?.retryable).toBe(retryable);
    expect(back?.details['status']).toBe(httpStatus);
  },
);

test.each(rows.filter(({ httpStatus }) => httpStatus === undefined))(
  '$code never crosses HTTP: it shows as an internal error',
  ({ code }) => {
    const problem = toProblem(new OracleCallError(code, 'inner workings', { details: { issues: ['inner'] } }));
    expect(problem).toMatchObject({ code: 'ERR_INTERNAL', status: 500 });
    expect(JSON.stringify(problem)).not.toContain('inner');
  },
);

test('an internal error says nothing of the inside', () => {
  const error = new OracleCallError('ERR_INTERNAL', 'select * from calls', {
    cause: new Error('disk'),
    details: { issues: ['column x'] },
  });
  expect(JSON.stringify(toProblem(error))).not.toMatch(/select|disk|column/);
});

test('a problem carries message and issues, never cause or other details', () => {
  const error = new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not so.', {
    cause: new Error('cause-canary'),
    details: { issues: ['roomId: an SFU room name expected'], other: 'detail-canary' },
  });
  const problem = toProblem(error);
  expect(problem).toMatchObject({ detail: 'Not so.', issues: ['roomId: an SFU room name expected'] });
  expect(JSON.stringify(problem)).not.toContain('canary');
  expect(tryParseProblem(problem)?.details['issues']).toEqual(['roomId: an SFU room name expected']);
});

test.each<[string, unknown]>([
  ['null', null],
  ['text', '<html>502 Bad Gateway</html>'],
  ['an empty object', {}],
  ['a problem of somebody else', { type: 'about:blank', title: 'Not Found', status: 404 }],
  ['an unknown code', { type: 'x', title: 'x', status: 400, code: 'ERR_NEW', retryable: false }],
  ['a status as text', { type: 'x', title: 'x', status: '400', code: 'ERR_INTERNAL', retryable: false }],
  ['a code of Object.prototype', { type: 'x', title: 'x', status: 400, code: 'constructor', retryable: false }],
])('%s is no problem document of ours', (_name, value) => {
  expect(tryParseProblem(value)).toBeUndefined();
});

test('an error is known by its brand, also from a second copy of the package', () => {
  expect(isOracleCallError(new OracleCallError('ERR_INTERNAL'))).toBe(true);
  const foreign = Object.assign(new Error('copy'), { [Symbol.for('oracle-calls.error')]: true, code: 'ERR_INTERNAL' });
  expect(isOracleCallError(foreign)).toBe(true);
  for (const other of [new Error('x'), null, undefined, 'ERR_INTERNAL', { code: 'ERR_INTERNAL' }]) {
    expect(isOracleCallError(other)).toBe(false);
  }
});

test('an error keeps its cause and has the title as its message', () => {
  const cause = new Error('why');
  const error = new OracleCallError('ERR_CALL_ENDED', undefined, { cause });
  expect(error.cause).toBe(cause);
  expect(error.message).toBe(ERROR_TABLE.ERR_CALL_ENDED.title);
  expect(error).toMatchObject({ name: 'OracleCallError', details: {} });
  expect('cause' in new OracleCallError('ERR_CALL_ENDED')).toBe(false);
});
