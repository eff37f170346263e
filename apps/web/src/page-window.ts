import type { TimelineMs } from '@oracle-calls/protocol';
import type { CallSecurity } from '@oracle-calls/sdk';

/**
 * What the page shows of itself to scripts (the demo, tests, the curious in a console) as `window.oracleCallsPage`. No key, token or
 * envelope is reachable from here.
 */
export interface OracleCallsPage {
  /** `signed-out`, `recovery-key-…` (a step after sign-in), `ready` (signed in and prepared for the oracle), or the kind of the call's state in lower case. */
  readonly state:
    | 'signed-out'
    | 'signing-in'
    | 'recovery-key-shown'
    | 'recovery-key-wanted'
    | 'ready'
    | 'preparing'
    | 'connecting'
    | 'live'
    | 'ending'
    | 'ended'
    | 'error';
  readonly callId: string | undefined;
  readonly callStatus: string | undefined;
  /** `performance.timeOrigin + performance.now()` of the click on Call: epoch milliseconds. */
  readonly clickedAt: number | undefined;
  readonly timelineMs: TimelineMs;
  /** Code of the last error, and the reason with which the last call ended. */
  readonly errorCode: string | undefined;
  readonly endReason: string | undefined;
  /** What is known about the security of the call, or of the last one. */
  readonly security: CallSecurity | undefined;
  /** What was said in the call, or in the last one, oldest first: as the oracle's end tells it, some of it not to the end yet. */
  readonly captions: readonly ShownCaption[];
  /** What this end's own statistics say: every sent and received track, and whether its frames were really encrypted/decrypted. */
  statistics(): Promise<PageStatistics>;
}

export interface ShownCaption {
  readonly speaker: 'user' | 'oracle';
  readonly text: string;
  readonly isFinal: boolean;
}

export interface PageStatistics {
  readonly encrypted: boolean;
  readonly tracks: readonly {
    readonly direction: 'sent' | 'received';
    readonly kind: string;
    readonly encrypted: boolean;
    readonly packets: number;
  }[];
}

declare global {
  interface Window {
    oracleCallsPage?: OracleCallsPage;
  }
}
