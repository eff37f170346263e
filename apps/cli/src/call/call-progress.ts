import type { CallHearing } from '@oracle-calls/protocol/hearing';
import type { CallNotice, CallSecurity, CallState } from '@oracle-calls/sdk/core';
import { describeHearing } from './describe-hearing.ts';

/** Tells a person how a call goes: one line for each thing worth knowing, none twice in a row. */
export class CallProgress {
  readonly #write: (line: string) => void;
  /** False when the oracle is told to keep nothing of the call. */
  readonly #mayRemember: boolean;
  #last: string | undefined;
  #isHearingTold = false;

  constructor(write: (line: string) => void, mayRemember: boolean) {
    this.#write = write;
    this.#mayRemember = mayRemember;
  }

  /** The first state of a call comes before anybody can listen. */
  begin(state: CallState): void {
    this.#tell(describeState(state));
  }

  hear(notice: CallNotice): void {
    if (notice.kind === 'security') this.#tellHearing(notice.security);
    this.#tell(describeNotice(notice, this.#mayRemember));
  }

  /** Once, before anything that is said is sent; changes are told as such. */
  #tellHearing({ hearing }: CallSecurity): void {
    if (hearing === undefined || this.#isHearingTold) return;
    this.#isHearingTold = true;
    this.#tell(inOneLine(hearing, this.#mayRemember));
  }

  #tell(line: string | undefined): void {
    if (line === undefined || line === this.#last) return;
    this.#last = line;
    this.#write(line);
  }
}

const inOneLine = (hearing: CallHearing, mayRemember: boolean): string =>
  describeHearing(hearing, mayRemember).join('; ');

function describeNotice(notice: CallNotice, mayRemember: boolean): string | undefined {
  switch (notice.kind) {
    case 'state':
      return describeState(notice.state);
    case 'security': {
      const { padlock, comparisonCode } = notice.security;
      if (padlock === 'none' || comparisonCode === undefined) return undefined;
      return padlock === 'verified'
        ? 'encrypted, with the keys that were compared'
        : `encrypted; compare this code with the oracle's operator: ${comparisonCode.formatted}`;
    }
    case 'stranger':
      return 'somebody who is not the oracle is in the room: not heard, and hears nothing';
    case 'keysRotated':
      return 'the oracle has new keys, and signed the change with those before';
    case 'hearingChanged':
      return notice.change === 'wider'
        ? `the oracle started again, and more is heard or kept elsewhere than before: ${inOneLine(notice.current, mayRemember)}`
        : `the oracle started again; now ${inOneLine(notice.current, mayRemember)}`;
    case 'undecryptable':
      return 'sound of the oracle arrives that does not open';
    case 'error':
      return `${notice.error.message} (${notice.error.code})`;
    case 'reconnecting':
      return 'the connection is lost; reconnecting…';
    case 'reconnected':
      return 'connected again';
    default:
      return undefined;
  }
}

/** What a state says to who waits for it; `undefined` for what need not be told. */
function describeState(state: CallState): string | undefined {
  switch (state.kind) {
    case 'Idle':
      return undefined;
    case 'Preparing':
      return 'looking the oracle up…';
    case 'Connecting':
      return state.callId === undefined ? 'calling…' : undefined;
    case 'Live':
      return 'the oracle is there';
    case 'Ending':
      return 'hanging up…';
    case 'Ended':
      return undefined;
  }
}
