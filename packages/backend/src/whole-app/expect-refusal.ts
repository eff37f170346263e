import type { ErrorCode } from '@oracle-calls/protocol';
import { expect } from 'vitest';
import type { ApiAnswer } from './test-request.ts';

/** The exact refusal: status, code and the shape of a problem document. */
export function expectProblem(answer: ApiAnswer, status: number, code: ErrorCode): void {
  expect(answer.body).toMatchObject({ code, status });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
}

/** The exact refusal as Matrix's APIs write it. */
export function expectMatrixError(answer: ApiAnswer, status: number, errcode: string, code?: ErrorCode): void {
  expect(answer.body).toMatchObject({ errcode, ...(code === undefined ? {} : { code }) });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
}
