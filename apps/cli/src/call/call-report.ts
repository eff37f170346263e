import { styleText } from 'node:util';
import type { EndReason, OracleCallError, TimelineMs } from '@oracle-calls/protocol';
import type { CallSecurity } from '@oracle-calls/sdk/core';
import { describeHearing } from './describe-hearing.ts';
import type { AskedQuestion } from './call-questions.ts';
import { timelineTable } from './timeline-table.ts';
import type { TranscriptLine } from './transcript.ts';

/** What `--json` prints. */
export interface CallReport {
  /** The call was live, encrypted, and ended as calls end. */
  readonly ok: boolean;
  readonly oracleDid: string | undefined;
  readonly callId: string | undefined;
  readonly sessionId: string | undefined;
  /** `failed`: it ended with an error, or never began. */
  readonly status: 'ended' | 'failed';
  readonly endReason: EndReason | undefined;
  /** By this end's own frame cryptors and counts, since the handshake. */
  readonly encrypted: boolean;
  /** As last known while the call was live. */
  readonly security: CallSecurity | undefined;
  /** False: the oracle was told to keep nothing of this call in its memory. */
  readonly remembers: boolean;
  readonly transcript: readonly TranscriptLine[];
  /** What the oracle asked by touch. */
  readonly questions: readonly AskedQuestion[];
  /** Utterances without an answer. */
  readonly unanswered: number;
  /** Milliseconds since the call was placed, by stage. */
  readonly timeline: TimelineMs;
  readonly recording: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export const errorFields = ({
  code,
  message,
}: OracleCallError): { readonly code: string; readonly message: string } => ({
  code,
  message,
});

const PADLOCKS = { none: 'not encrypted', encrypted: 'encrypted', verified: 'encrypted, oracle verified' } as const;
const INDENT = '         ';

/** The result for a terminal. */
export function describeReport(report: CallReport, columns: number): string {
  const mark = (good: boolean): string => (good ? styleText('green', '✓') : styleText('red', '✗'));
  const { security, timeline } = report;
  const padlock = report.encrypted ? (security?.padlock ?? 'none') : 'none';
  const lines = [
    '',
    ...timelineTable(timeline, columns),
    '',
    `  ${mark(report.status === 'ended')} ${report.status}${report.endReason === undefined ? '' : ` (${report.endReason})`}`,
    `  ${mark(report.encrypted)} ${PADLOCKS[padlock]}`,
    ...(security?.comparisonCode === undefined ? [] : [`    code ${security.comparisonCode.formatted}`]),
    ...(security?.hearing === undefined
      ? []
      : describeHearing(security.hearing, report.remembers).map((line) => `    ${line}`)),
    ...(security?.keyState === undefined ? [] : [`    the oracle's keys: ${KEY_STATES[security.keyState]}`]),
    ...(report.unanswered === 0 ? [] : [`    without an answer: ${String(report.unanswered)}`]),
    ...(report.recording === undefined ? [] : [`    recorded in ${report.recording}`]),
  ];
  return `${lines.join('\n')}\n`;
}

const KEY_STATES = {
  'first-contact': 'seen for the first time',
  same: 'as before',
  rotated: 'changed, and signed by those before',
} as const;

/** One line of the transcript, wrapped under itself. */
export function describeLine({ speaker, text, how }: TranscriptLine, columns: number): string {
  const label = speaker === 'user' ? 'you' : 'oracle';
  const words = `${how === 'written' ? '✎ ' : ''}${printable(text)}`.split(/\s+/);
  const width = Math.max(20, columns - INDENT.length);
  const rows: string[] = [];
  for (const word of words) {
    const row = rows.at(-1);
    if (row !== undefined && row.length + 1 + word.length <= width) rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(word);
  }
  return `${label.padEnd(INDENT.length)}${rows.join(`\n${INDENT}`)}\n`;
}

/** What others wrote must not steer the terminal: control characters, escape sequences with them, become spaces. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
