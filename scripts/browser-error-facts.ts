import { format } from 'prettier';
import { ERROR_CODES, ERROR_TABLE } from '../packages/protocol/src/errors/error-table.ts';

/** The text of `error-facts.browser.ts`: what a page needs of the error table, a quarter of its size. */
export function browserErrorFacts(): Promise<string> {
  const retryable = ERROR_CODES.filter((code) => ERROR_TABLE[code].retryable);
  const answered = ERROR_CODES.filter((code) => ERROR_TABLE[code].httpStatus !== undefined);
  const text = `/*
 * \`error-facts.ts\` for pages, which show texts of their own by code: without titles, slugs and statuses, two kilobytes of every page.
 * Generated from \`error-table.ts\` by \`npm run errors-page\`; a test fails when they differ.
 */
import type { ErrorCode } from './error-table.ts';

const RETRYABLE: readonly ErrorCode[] = ${JSON.stringify(retryable)};

/** \`ERR_MATRIX_SEND\` says "matrix send". Titles stand in \`docs/errors.md\`. */
export const titleOf = (code: ErrorCode): string => code.slice(4).replaceAll('_', ' ').toLowerCase();

export const isRetryable = (code: ErrorCode): boolean => RETRYABLE.includes(code);

export const ANSWERED_CODES: readonly ErrorCode[] = ${JSON.stringify(answered)};
`;
  return format(text, { parser: 'typescript', printWidth: 120, singleQuote: true, trailingComma: 'all' });
}
