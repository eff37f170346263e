import type { CallId, EndReason, OracleCallError } from '@oracle-calls/protocol';
import { MILESTONES, type CallState, type CallStateKind, type ConnectingState, type Milestone } from './call-state.ts';

/*
 *   Idle ──start──► Preparing ──oracleResolved──► Connecting ──(event, sfu, oracle)──► Live
 *    │                  │                             │ ▲ │                              │
 *    │                  │                             │ └─┘ one milestone less           │
 *    │                  └───────────────end───────────┤                                  │
 *    └──────────end─────────────────► Ended           └──────────► Ending ◄────end───────┘
 *                                                                    │
 *                                       (the first reason stays)     └──closed──► Ended
 *
 * Pure: inputs come from the driver, effects go to it.
 */

export type CallInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'oracleResolved' }
  | { readonly kind: 'eventSent'; readonly callId: CallId }
  | { readonly kind: 'sfuConnected' }
  | { readonly kind: 'oracleAttached' }
  | { readonly kind: 'end'; readonly reason: EndReason; readonly error?: OracleCallError | undefined }
  | { readonly kind: 'closed' };
export type CallInputKind = CallInput['kind'];

/** What the driver is to do on a transition. `watchOracle` starts the bound on the oracle's coming, `close` tears down. */
export type CallEffect = 'prepare' | 'open' | 'watchOracle' | 'live' | 'close' | 'finished';

/**
 * Where each input may lead from each state. An empty list: the input comes too late (or too early) and changes nothing,
 * which is what keeps late answers of aborted work harmless.
 */
export const CALL_TRANSITIONS_TABLE: Readonly<
  Record<CallStateKind, Readonly<Record<CallInputKind, readonly CallStateKind[]>>>
> = {
  Idle: row({ start: ['Preparing'], end: ['Ended'] }),
  Preparing: row({ oracleResolved: ['Connecting'], end: ['Ending'] }),
  Connecting: row({
    eventSent: ['Connecting', 'Live'],
    sfuConnected: ['Connecting', 'Live'],
    oracleAttached: ['Connecting', 'Live'],
    end: ['Ending'],
  }),
  Live: row({ end: ['Ending'] }),
  // A call that ends before its event was answered learns its id late: the record must still be closed under that id.
  Ending: row({ eventSent: ['Ending'], closed: ['Ended'] }),
  Ended: row({}),
};

function row(
  moves: Partial<Record<CallInputKind, readonly CallStateKind[]>>,
): Readonly<Record<CallInputKind, readonly CallStateKind[]>> {
  const none: Record<CallInputKind, readonly CallStateKind[]> = {
    start: [],
    oracleResolved: [],
    eventSent: [],
    sfuConnected: [],
    oracleAttached: [],
    end: [],
    closed: [],
  };
  return { ...none, ...moves };
}

export interface Step {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}

const MILESTONE_OF: Partial<Record<CallInputKind, Milestone>> = {
  eventSent: 'event',
  sfuConnected: 'sfu',
  oracleAttached: 'oracle',
};

/** One transition. An input that the table does not allow returns the same state object and no effects. */
export function step(state: CallState, input: CallInput): Step {
  const allowed = CALL_TRANSITIONS_TABLE[state.kind][input.kind];
  const next = allowed.length === 0 ? undefined : move(state, input);
  return next ?? { state, effects: [] };
}

function move(state: CallState, input: CallInput): Step | undefined {
  switch (state.kind) {
    case 'Idle':
      if (input.kind === 'start') return { state: { kind: 'Preparing' }, effects: ['prepare'] };
      if (input.kind === 'end') return { state: over('Ended', undefined, input), effects: ['finished'] };
      return undefined;
    case 'Preparing':
      if (input.kind === 'end') return { state: over('Ending', undefined, input), effects: ['close'] };
      return {
        state: { kind: 'Connecting', callId: undefined, awaiting: MILESTONES },
        effects: ['open'],
      };
    case 'Connecting':
      if (input.kind === 'end') return { state: over('Ending', state.callId, input), effects: ['close'] };
      return reach(state, input);
    case 'Live':
      return input.kind === 'end' ? { state: over('Ending', state.callId, input), effects: ['close'] } : undefined;
    case 'Ending':
      if (input.kind === 'eventSent') return { state: { ...state, callId: input.callId }, effects: [] };
      return { state: { ...state, kind: 'Ended' }, effects: ['finished'] };
    case 'Ended':
      return undefined;
  }
}

function reach(state: ConnectingState, input: CallInput): Step | undefined {
  const milestone = MILESTONE_OF[input.kind];
  if (milestone === undefined || !state.awaiting.includes(milestone)) return undefined;
  const callId = input.kind === 'eventSent' ? input.callId : state.callId;
  const awaiting = state.awaiting.filter((other) => other !== milestone);
  if (awaiting.length === 0 && callId !== undefined) {
    return { state: { kind: 'Live', callId }, effects: ['live'] };
  }
  const isOnlyOracleMissing = awaiting.length === 1 && awaiting[0] === 'oracle';
  return { state: { kind: 'Connecting', callId, awaiting }, effects: isOnlyOracleMissing ? ['watchOracle'] : [] };
}

function over<K extends 'Ending' | 'Ended'>(
  kind: K,
  callId: CallId | undefined,
  { reason, error }: { readonly reason: EndReason; readonly error?: OracleCallError | undefined },
): { kind: K; callId: CallId | undefined; reason: EndReason; error: OracleCallError | undefined } {
  return { kind, callId, reason, error };
}
