import { ERROR_CODES, ERROR_TABLE } from '../packages/protocol/src/errors/error-table.ts';

/** Where the Python package has its copy of the error table. */
export const PYTHON_ERROR_TABLE = '../python/src/oracle_calls/protocol/errors/error_table.py';

const INTRO = `"""Every error of Oracle Calls, once: code, and how it behaves.

Generated from \`packages/protocol/src/errors/error-table.ts\` by \`npm run errors-page\`; a test fails when they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias


@dataclass(frozen=True)
class ErrorRow:
    #: Ends the RFC 9457 \`type\` URI.
    slug: str
    #: What the backend answers with, or \`None\` for errors that never cross HTTP.
    http_status: int | None
    title: str
    retryable: bool
`;

/** JSON's texts without escapes are Python's as well. */
const quoted = (text: string): string => JSON.stringify(text);

/** The text of `error_table.py`. */
export function pythonErrorTable(): string {
  const codes = ERROR_CODES.map((code) => `    "${code}",`);
  const rows = ERROR_CODES.map((code) => {
    const { slug, title, retryable, httpStatus } = ERROR_TABLE[code];
    const facts = [quoted(slug), httpStatus ?? 'None', quoted(title), retryable ? 'True' : 'False'];
    return [`    "${code}": ErrorRow(`, ...facts.map((fact) => `        ${fact},`), '    ),'].join('\n');
  });
  return [
    INTRO,
    '',
    'ErrorCode: TypeAlias = Literal[',
    ...codes,
    ']',
    '',
    'ERROR_TABLE: Final[dict[ErrorCode, ErrorRow]] = {',
    ...rows,
    '}',
    '',
  ].join('\n');
}
