import { format } from 'prettier';
import { ERROR_CODES, ERROR_TABLE } from '../packages/protocol/src/errors/error-table.ts';

const INTRO = `# Errors

Every error that Oracle Calls raises is an \`OracleCallError\` with one of these codes. Switch on \`code\`: it is the contract, texts may change.
"Retry" says whether the same request may succeed later without a change by the caller. Errors with an HTTP status travel as RFC 9457
problem documents whose \`type\` is \`urn:oracle-calls:problem:\` and the slug.

This page is generated from [\`error-table.ts\`](../packages/protocol/src/errors/error-table.ts) by \`npm run errors-page\`; a test fails when they differ.
`;

/** The text of `docs/errors.md`. */
export function errorsPage(): Promise<string> {
  const rows = ERROR_CODES.map((code) => {
    const { slug, title, retryable, httpStatus } = ERROR_TABLE[code];
    return `| \`${code}\` | \`${slug}\` | ${httpStatus ?? '–'} | ${retryable ? 'yes' : 'no'} | ${title} |`;
  });
  const table = ['| code | slug | HTTP | retry | meaning |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
  return format(`${INTRO}\n${table}\n`, { parser: 'markdown', printWidth: 120 });
}
