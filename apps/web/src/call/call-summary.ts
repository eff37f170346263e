import type { CallSecurity, CallState, Padlock } from '@oracle-calls/sdk';
import type { OracleCallsPage } from '../page-window.ts';
import { END_SENTENCES } from '../view/sentences.ts';

/** One line about the call, for everybody and for screen readers. */
export function statusLine(state: CallState | undefined, isReconnecting: boolean): string {
  switch (state?.kind) {
    case undefined:
    case 'Idle':
      return 'Ready to call.';
    case 'Preparing':
      return 'Looking up the oracle…';
    case 'Connecting':
      return state.awaiting.length === 1 && state.awaiting[0] === 'oracle'
        ? 'Connected. Waiting for the oracle…'
        : 'Connecting…';
    case 'Live':
      return isReconnecting ? 'The connection is lost. Reconnecting…' : 'In a call.';
    case 'Ending':
      return 'Hanging up…';
    case 'Ended':
      // Why it failed stands in the error below.
      return state.error === undefined ? END_SENTENCES[state.reason] : 'The call failed.';
  }
}

export interface SecurityLine {
  /** `undefined` while there is no call to say it of. */
  readonly padlock: Padlock | undefined;
  readonly text: string;
}

/** What may truthfully be said about the call's protection right now. */
export function securityLine(state: CallState | undefined, security: CallSecurity | undefined): SecurityLine {
  if (state?.kind !== 'Live' || security === undefined) {
    return { padlock: undefined, text: 'Calls are encrypted end to end.' };
  }
  const { padlock, comparisonCode } = security;
  switch (padlock) {
    case 'verified':
      return { padlock, text: 'Encrypted end to end. Code compared.' };
    case 'encrypted':
      return { padlock, text: 'Encrypted end to end. Code not compared.' };
    case 'none':
      return {
        padlock,
        text:
          comparisonCode === undefined
            ? 'The oracle has not proved itself. Nothing is sent.'
            : 'Keys are agreed. No sealed sound has flowed both ways yet.',
      };
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

/** Minutes and seconds of a call, as a telephone shows them. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
