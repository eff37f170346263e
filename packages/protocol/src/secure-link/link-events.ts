import type { ComparisonCode } from '../comparison-code/comparison-code.ts';
import type { DataPayload } from '../data-frame/payload.ts';
import type { OracleCallError } from '../errors/oracle-call-error.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import type { HearingChange } from '../hearing/compare-hearings.ts';

/** A confirmed attempt, as the application may know it. */
export interface ConfirmedAttempt {
  readonly attempt: number;
  readonly userIdentity: string;
  readonly agentIdentity: string;
  readonly comparisonCode: ComparisonCode;
  /** Who hears the call, as its agent declared in this attempt. */
  readonly hearing: CallHearing;
}

/** Who hears the call from now on. */
export interface DeclaredHearing {
  readonly hearing: CallHearing;
  /** What the confirmed attempt before declared, when it was something else: to be told to the user. */
  readonly changed?: { readonly previous: CallHearing; readonly change: HearingChange } | undefined;
}

/** What a link tells its owner. Handlers return at once and do not throw. */
export interface LinkEvents {
  /** User: the agent has proved itself, and nothing was sent under the keys of its attempt yet. */
  readonly declared?: ((declared: DeclaredHearing) => void) | undefined;
  /** Both ends are who they should be, and the media keys are installed: sound may flow. */
  readonly confirmed: (attempt: ConfirmedAttempt) => void;
  /** A later attempt has begun: the keys of the one before are wiped, nothing flows until it is confirmed. */
  readonly superseded: () => void;
  /** The other end has proven that it has the keys of the attempt: something that it sealed under them was opened. */
  readonly peerReady: () => void;
  /** Sending goes on under the keys of a later epoch. */
  readonly rekeyed: (epoch: number) => void;
  readonly payload: (payload: DataPayload) => void;
  /** A frame was refused; it changed nothing. `participantIdentity` is who sent it, as the SFU says. */
  readonly refused: (error: OracleCallError, participantIdentity: string | undefined) => void;
  /** The keys can be neither used nor replaced: the call cannot go on. */
  readonly failed: (error: OracleCallError) => void;
}
