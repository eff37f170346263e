import type { CallState, OracleCall } from '@oracle-calls/sdk';
import type { OracleCallsPage } from '../page-window.ts';
import type { callEnglish } from './call.en.ts';

export type StatusText = keyof (typeof callEnglish)['status'];

/** What is said of a call that has not ended. */
export function statusText(state: CallState, isReconnecting: boolean): StatusText {
  switch (state.kind) {
    case 'Idle':
    case 'Preparing':
      return 'preparing';
    case 'Connecting':
      return state.awaiting.length === 1 && state.awaiting[0] === 'oracle' ? 'waiting' : 'connecting';
    case 'Live':
      return isReconnecting ? 'reconnecting' : 'live';
    case 'Ending':
    case 'Ended':
      return 'ending';
  }
}

/** What a script sees: the call's state in one word; a call that failed is an error. */
export function pageStateOf(state: CallState): OracleCallsPage['state'] {
  switch (state.kind) {
    case 'Idle':
      return 'ready';
    case 'Preparing':
      return 'preparing';
    case 'Connecting':
      return 'connecting';
    case 'Live':
      return 'live';
    case 'Ending':
      return 'ending';
    case 'Ended':
      return state.error === undefined ? 'ended' : 'error';
  }
}

/** Status of the call's record, as far as this end knows it. */
export function callStatusOf(call: OracleCall | undefined): 'pending' | 'active' | 'ended' | undefined {
  if (call?.callId === undefined) return undefined;
  if (call.state.kind === 'Ended') return 'ended';
  return call.timeline.synced === undefined ? 'pending' : 'active';
}

/** Minutes and seconds of a call, as a telephone shows them. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
