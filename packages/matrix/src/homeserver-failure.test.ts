import { expect, test } from 'vitest';
import { homeserverFailure, isPassing } from './homeserver-failure.ts';
import { connectionError, FakeMatrixError } from './js-sdk/fake-sdk-client.fixture.ts';

const withHeader = (seconds: string): Error =>
  Object.assign(new Error('slow down'), { httpStatus: 429, httpHeaders: new Headers({ 'retry-after': seconds }) });

test.each([
  ['no answer', connectionError(), true],
  ['a broken gateway', new FakeMatrixError(504, 'M_UNKNOWN'), true],
  ['a rate limit', new FakeMatrixError(429, 'M_LIMIT_EXCEEDED'), true],
  ['a rate limit by name only', new FakeMatrixError(400, 'M_LIMIT_EXCEEDED'), true],
  ['a refusal', new FakeMatrixError(403, 'M_FORBIDDEN'), false],
  ['a dead token', new FakeMatrixError(401, 'M_UNKNOWN_TOKEN'), false],
  ['a bug', new TypeError('x'), false],
  ['a thrown text', 'ConnectionError', false],
  ['nothing', undefined, false],
])('%s passes: %s → %s', (_name, error, expected) => {
  expect(isPassing(homeserverFailure(error))).toBe(expected);
});

test('the pause is read from the header in seconds before the body in milliseconds', () => {
  expect(homeserverFailure(withHeader('3')).retryAfterMs).toBe(3_000);
  expect(homeserverFailure(new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 1_500)).retryAfterMs).toBe(1_500);
});

test.each(['-1', 'soon', '9999999'])('a pause of %s seconds is nonsense and ignored', (seconds) => {
  expect(homeserverFailure(withHeader(seconds)).retryAfterMs).toBeUndefined();
});

test('a pause that is not a sensible number is ignored', () => {
  expect(homeserverFailure(new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', -5)).retryAfterMs).toBeUndefined();
  expect(homeserverFailure(new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', Number.NaN)).retryAfterMs).toBeUndefined();
});
