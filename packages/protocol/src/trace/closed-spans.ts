import { CALL_TYPES, END_REASONS } from '../call-status.ts';
import { ERROR_TABLE } from '../errors/error-table.ts';
import { ROUTES } from '../http/routes.ts';
import { JOB_STAGES, TIMELINE_STAGES, TURN_OUTCOMES, TURN_STAGES } from '../timeline.ts';
import { BACKEND_STEPS, SPAN_METHODS, type SpanAttributes } from './span-names.ts';

const ROUTE_NAMES: readonly string[] = Object.values(ROUTES);

const NAMES: ReadonlySet<string> = new Set([
  'call',
  'job',
  'turn',
  'turn.silenced',
  ...TURN_STAGES.map((stage) => `turn.${stage}`),
  ...TIMELINE_STAGES,
  ...JOB_STAGES,
  ...BACKEND_STEPS,
  ...SPAN_METHODS.flatMap((method) => ROUTE_NAMES.map((route) => `${method} ${route}`)),
]);

const VALUES: Readonly<Record<keyof SpanAttributes, ReadonlySet<unknown>>> = {
  'http.request.method': new Set(SPAN_METHODS),
  'http.route': new Set(ROUTE_NAMES),
  'http.response.status_code': new Set([
    200,
    204,
    ...Object.values(ERROR_TABLE).flatMap(({ httpStatus }) => (httpStatus === undefined ? [] : [httpStatus])),
  ]),
  'error.type': new Set(Object.keys(ERROR_TABLE)),
  'oracle_calls.call_type': new Set(CALL_TYPES),
  'oracle_calls.end_reason': new Set(END_REASONS),
  'oracle_calls.turn_outcome': new Set(TURN_OUTCOMES),
};

/** The name, if it is one of ours; `other` for whatever got in by mistake. */
export const closedName = (name: string): string => (NAMES.has(name) ? name : 'other');

/** Keeps attributes whose name and value are both known beforehand, so that nothing personal can leave by a mistake elsewhere. */
export function closedAttributes(attributes: SpanAttributes): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const isKnown = Object.hasOwn(VALUES, name) && VALUES[name as keyof SpanAttributes].has(value);
    if (isKnown && (typeof value === 'string' || typeof value === 'number')) kept[name] = value;
  }
  return kept;
}
