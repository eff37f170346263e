import type { Call } from '@oracle-calls/backend/operator';

/** A terminal's ordinary width, in characters. */
const WIDTH = 80;
const GAP = '  ';
/** Enough of an event's id to tell calls apart and to type. */
const SHORT_ID = 10;
const ORACLE_MIN = 8;

/** `2026-11-23 12:00`, UTC. */
const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** `1:05`, `1:02:03`; nothing while it lasts. */
export function formatLength({ startedAt, endedAt }: Pick<Call, 'startedAt' | 'endedAt'>): string {
  if (endedAt === undefined) return '';
  const seconds = Math.max(0, Math.round((endedAt - startedAt) / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The beginning of a call's id without its `$`, which shells take for a variable. */
export const shortId = ({ eventId }: Pick<Call, 'eventId'>): string => eventId.slice(1, 1 + SHORT_ID);

/** The end of a DID says which; its beginning is everybody's. */
const tail = (text: string, width: number): string => (text.length <= width ? text : `…${text.slice(1 - width)}`);

/** Calls as a table that fits a terminal. */
export function callsTable(calls: readonly Call[]): string {
  if (calls.length === 0) return 'There are no such calls.\n';
  const rows = calls.map((call) => [
    shortId(call),
    minute(call.startedAt),
    formatLength(call),
    call.callType,
    call.endReason ?? call.callStatus,
    call.oracleDid,
  ]);
  const all = [['CALL', 'STARTED (UTC)', 'LENGTH', 'TYPE', 'STATE', 'ORACLE'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const taken = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const oracleWidth = Math.max(ORACLE_MIN, WIDTH - taken);
  const line = (row: readonly string[]): string =>
    [...widths.map((width, column) => (row[column] ?? '').padEnd(width)), tail(row[5] ?? '', oracleWidth)]
      .join(GAP)
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
