import type { EndReason, OracleCallError } from '@oracle-calls/protocol';
import type { CallInput } from './call-machine.ts';
import type { CallNotice } from './notices.ts';

/** What the parts of a call tell the machine and its observers. */
export interface AttemptEvents {
  readonly dispatch: (input: CallInput) => void;
  readonly fail: (error: OracleCallError, reason?: EndReason) => void;
  readonly tell: (notice: CallNotice) => void;
}
