'use client';

import type { OracleCallError } from '@oracle-calls/protocol';
import type { CallState } from '@oracle-calls/sdk';
import type { ReactNode } from 'react';
import {
  useCallDuration,
  useCallState,
  useConnectionQuality,
  useIsReconnecting,
  useOracleState,
} from '../hooks/use-call-facts.ts';
import type { Labels } from '../labels/labels.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { CallPartProps } from './part-props.ts';

export interface CallStatusProps extends CallPartProps {
  /** What to say of the error that ended a call; its message, in English, when absent. */
  readonly describeError?: ((error: OracleCallError) => string) | undefined;
}

/** How the call stands, said politely to a screen reader as it changes. */
export function CallStatus({ call, className, labels, describeError }: CallStatusProps): ReactNode {
  const words = useLabels(labels);
  const state = useCallState(call);
  const isReconnecting = useIsReconnecting(call);
  const { kind } = state;
  const isAway = isReconnecting && kind === 'Live';
  return (
    <p role="status" className={className} data-state={isAway ? 'reconnecting' : kind.toLowerCase()}>
      {isAway ? words.reconnecting : sentenceOf(state, words, describeError)}
    </p>
  );
}

function sentenceOf(
  state: CallState,
  words: Labels,
  describeError = ({ message }: OracleCallError) => message,
): string {
  if (state.kind !== 'Ended') return words.states[state.kind];
  return state.error === undefined ? words.endReasons[state.reason] : describeError(state.error);
}

/** What the oracle does. Nothing until it says so. */
export function OracleStatus({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const state = useOracleState(call);
  if (state === undefined) return null;
  return (
    <p className={className} data-state={state}>
      {words.oracleStates[state]}
    </p>
  );
}

const twoDigits = (count: number): string => String(count).padStart(2, '0');

/** `4:05`, or `1:00:00`. */
export function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = `${hours === 0 ? minutes : twoDigits(minutes)}:${twoDigits(seconds % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
}

/** For how long the call is live, or was. A screen reader reads it when asked, not each second. */
export function CallDuration({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const seconds = useCallDuration(call);
  return (
    <span role="timer" aria-label={words.duration} className={className} dir="ltr">
      <time dateTime={`PT${seconds}S`}>{clockText(seconds)}</time>
    </span>
  );
}

/** How good the connection is, in words; `data-level` is for pictures. */
export function ConnectionQuality({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const level = useConnectionQuality(call)?.level ?? 'unknown';
  return (
    <span className={className} data-level={level}>
      {words.qualities[level]}
    </span>
  );
}
