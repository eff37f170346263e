import { codeOf } from '@oracle-calls/protocol';
import type { CallId, Clock, ErrorCode, Logger, OracleCallError } from '@oracle-calls/protocol';
import type { ComparisonCode } from '@oracle-calls/protocol/comparison-code';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import type { CallHearing } from '@oracle-calls/protocol/hearing';
import { AgentLink } from '@oracle-calls/protocol/secure-link';
import type { AgentLinkOptions } from '@oracle-calls/protocol/secure-link';
import { ENVELOPE_CLOCK_SKEW_MS } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Verifier } from '@oracle-calls/protocol/signing';
import type { OwnIdentity } from '../../identity/own-identity.ts';
import type { TrustStore } from '../../trust-store/trust-store.ts';
import type { SeatedCall } from '../set-up.ts';
import type { CallLink, LinkNotice } from './call-link.ts';

/** The user's first frame under the new keys comes within a round trip; the greeting does not wait longer, in ms. */
export const PEER_READY_MAX_MS = 500;

/** What only somebody with the call key can bring about: its seal opened, and what is inside is not the user's. */
const FORGERIES: readonly ErrorCode[] = [
  'ERR_HANDSHAKE_SIGNATURE',
  'ERR_HANDSHAKE_COMMITMENT',
  'ERR_HANDSHAKE_CONFIRMATION',
];

/**
 * After an offer of this process that nobody answered: the user may know higher numbers, from an agent on another machine. A
 * call has 1024, and a user who was dropped this often in one call is rare.
 */
const BLIND_STEP = 16;

/** Refused frames that are logged one by one; whoever sends more is not to fill the log. */
const REFUSALS_LOGGED = 20;

export interface StrictLinkOptions {
  readonly callId: CallId;
  readonly userIdentity: string;
  readonly seated: Extract<SeatedCall, { protocol: 'strict' }>;
  readonly identity: OwnIdentity;
  readonly attempts: TrustStore['attempts'];
  /** Who hears the call. */
  readonly hearing: CallHearing;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tell: (notice: LinkNotice) => void;
  /** Between two renewals of the keys, in ms. */
  readonly rekeyIntervalMs: number;
  /** Another end for tests. */
  readonly createLink?: ((options: AgentLinkOptions) => AgentLinkPort) | undefined;
}

export type AgentLinkPort = Pick<AgentLink, 'attempt' | 'begin' | 'rekey' | 'receive' | 'send' | 'close'>;

/** The secure link of a signed call: numbers its attempts, and tells the job how far it is. */
export class StrictLink implements CallLink {
  readonly protocol = 'strict';
  readonly #options: StrictLinkOptions;
  readonly #link: AgentLinkPort;
  #wasConfirmed = false;
  #isForged = false;
  #hasOffered = false;
  #refusals = 0;
  #readyTimer: Disposable | undefined;

  /** Takes the call key: it is wiped here once the link has its own copy. */
  constructor(options: StrictLinkOptions) {
    this.#options = options;
    const { seated, callId, identity, hearing, clock, rekeyIntervalMs } = options;
    const { createLink = (linkOptions: AgentLinkOptions) => new AgentLink(linkOptions) } = options;
    const { envelope, seat } = seated;
    using callKey = seated.callKey;
    this.#link = createLink({
      clock,
      rekeyIntervalMs,
      frameKeys: seat.frameKeys,
      send: seat.sendFrame,
      handshake: {
        callId,
        callKey,
        contextHash: envelope.contextHash,
        envelopeSignature: envelope.signature,
        userCommitment: envelope.context.comparisonCommitment,
        callVerifier: createEd25519Verifier(envelope.context.callPublicKey),
        identitySigner: identity.keys.identitySigner,
        hearing,
      },
      events: {
        confirmed: ({ attempt }) => this.#confirmed(attempt),
        superseded: () => this.#stopWaiting(),
        peerReady: () => this.#ready(),
        rekeyed: (epoch) => this.#options.log.info('keys renewed', { epoch }),
        payload: (payload) => this.#tell({ kind: 'payload', payload }),
        refused: (error, participantIdentity) => this.#refused(error, participantIdentity),
        failed: ({ code }) => this.#tell({ kind: 'failed', code }),
        stalled: () => this.#tell({ kind: 'stalled' }),
      },
    });
  }

  get wasConfirmed(): boolean {
    return this.#wasConfirmed;
  }

  get isForged(): boolean {
    return this.#isForged;
  }

  get comparisonCode(): ComparisonCode | undefined {
    return this.#link.attempt?.comparisonCode;
  }

  begin(): void {
    const { userIdentity, seated, callId, attempts, clock, log } = this.#options;
    this.#stopWaiting();
    try {
      const forgetAt = seated.envelope.context.notAfter + ENVELOPE_CLOCK_SKEW_MS;
      const step = this.#hasOffered && !this.#wasConfirmed ? BLIND_STEP : 1;
      const attempt = attempts.next(callId, forgetAt, clock.now(), step);
      this.#hasOffered = true;
      log.info('handshake offered', { attempt });
      this.#link
        .begin({ attempt, userIdentity, agentIdentity: seated.seat.identity })
        .catch((cause: unknown) => this.#beginFailed(cause));
    } catch (cause) {
      this.#beginFailed(cause);
    }
  }

  rekey(): void {
    // Failures come as an event; only a link that was closed meanwhile rejects.
    this.#link.rekey().catch(() => undefined);
  }

  receive(frame: Uint8Array, participantIdentity: string | undefined): void {
    this.#link.receive(frame, participantIdentity);
  }

  send(payload: DataPayload): void {
    this.#link.send(payload).catch((cause: unknown) => {
      const code = codeOf(cause);
      this.#options.log.warn('data not sent', { kind: payload.kind, code });
    });
  }

  [Symbol.dispose](): void {
    this.#stopWaiting();
    this.#link.close();
  }

  #tell(notice: LinkNotice): void {
    this.#options.tell(notice);
  }

  #confirmed(attempt: number): void {
    const { clock, log } = this.#options;
    this.#wasConfirmed = true;
    log.info('handshake confirmed', { attempt });
    this.#tell({ kind: 'confirmed' });
    this.#readyTimer = clock.after(PEER_READY_MAX_MS, () => this.#ready());
  }

  #ready(): void {
    this.#stopWaiting();
    this.#tell({ kind: 'peer-ready' });
  }

  #stopWaiting(): void {
    this.#readyTimer?.[Symbol.dispose]();
    this.#readyTimer = undefined;
  }

  #refused({ code }: OracleCallError, participantIdentity: string | undefined): void {
    const { userIdentity, log } = this.#options;
    if (FORGERIES.includes(code)) this.#isForged = true;
    this.#refusals += 1;
    if (this.#refusals > REFUSALS_LOGGED) return;
    log.warn('frame refused', { code, isFromUser: participantIdentity === userIdentity });
  }

  #beginFailed(cause: unknown): void {
    const code = codeOf(cause);
    this.#tell({ kind: 'failed', code });
  }
}
