import { OracleCallError, type Clock } from '@oracle-calls/protocol';
import type { RemoteTrack, SfuConnection, SfuNotice } from '../media/sfu-port.ts';
import { Candidates } from './candidates.ts';
import { CLOSING_REASON_MS, connectionLost } from './end-reasons.ts';

/** The oracle must be heard this long after the call event and the SFU connection stand. */
export const ORACLE_ABSENT_MS = 20_000;

/** From the moment at which an agent is there and could make its offer, the key exchange has this long to be confirmed. */
export const HANDSHAKE_TIMEOUT_MS = 15_000;

/** A participant who vanished, or the own connection, has this long to come back (`decisions.md`: 15 s). */
export const VANISHED_MS = 15_000;

export interface PresenceEvents {
  /** A track of the proven oracle arrived; its frames pass our cryptor. */
  attached(track: RemoteTrack): void;
  /** Somebody else is there. */
  stranger(participantIdentity: string): void;
  undecryptable(participantIdentity: string): void;
  reconnecting(): void;
  reconnected(): void;
  /** Worth telling; the call goes on. */
  warned(error: OracleCallError): void;
  /** The call cannot go on. */
  lost(reason: 'connection-lost' | 'media-failed' | 'oracle-absent', error: OracleCallError): void;
  /** The other side is closing the call, and nobody said why. */
  closedByOthers(): void;
}

export interface OraclePresenceOptions {
  readonly connection: SfuConnection;
  readonly clock: Clock;
  readonly events: PresenceEvents;
}

/**
 * Who in the SFU room is the oracle, and what happens when it comes, goes or is not alone. The oracle is whoever proved itself in the
 * handshake, under the identity key that is pinned. Participants whom the SFU calls agents are candidates: they have a while to do so.
 * Everybody else is a stranger: refused, never played, told to the person. A later attempt by another participant takes the place.
 */
export class OraclePresence implements Disposable {
  readonly #connection: SfuConnection;
  readonly #clock: Clock;
  readonly #events: PresenceEvents;
  readonly #observation: Disposable;
  readonly #candidates: Candidates;
  readonly #strangers = new Set<string>();
  readonly #plaintextOffered = new Set<string>();
  #oracle: string | undefined;
  #isConfirmed = false;
  #isClosing = false;
  #handshake: Disposable | undefined;
  #absence: Disposable | undefined;
  #outage: Disposable | undefined;
  #isDisposed = false;

  constructor({ connection, clock, events }: OraclePresenceOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#events = events;
    this.#candidates = new Candidates(clock, (identity) => this.#refuse(identity));
    this.#observation = connection.observe((notice) => this.#hear(notice));
  }

  /** From now on the oracle's coming is overdue after {@link ORACLE_ABSENT_MS}. */
  expectOracle(): void {
    this.#watchAbsence(ORACLE_ABSENT_MS, () =>
      this.#events.lost('oracle-absent', new OracleCallError('ERR_MEDIA_ORACLE_ABSENT')),
    );
  }

  /** From now on an agent has everything that it needs for an offer. */
  expectOffer(): void {
    this.#candidates.expectOffers();
    this.#watchHandshake();
  }

  /** The handshake is confirmed with this participant. Returns when it joined, if that was told. */
  confirmed(identity: string): number | undefined {
    const joinedAt = this.#candidates.take(identity);
    if (this.#oracle !== undefined && this.#oracle !== identity) this.#connection.refuse(this.#oracle);
    this.#oracle = identity;
    this.#isConfirmed = true;
    this.#strangers.delete(identity);
    this.#handshake = disposed(this.#handshake);
    if (this.#plaintextOffered.has(identity)) this.#unencrypted(identity);
    else this.#connection.admit(identity);
    return joinedAt;
  }

  /** A later attempt has begun, with whomever. */
  superseded(): void {
    this.#isConfirmed = false;
    this.#watchHandshake();
  }

  /** The oracle said that it hangs up; its reason may follow. */
  closing(): void {
    this.#isClosing = true;
    this.#watchAbsence(CLOSING_REASON_MS, () => this.#events.closedByOthers());
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const open of [this.#observation, this.#candidates, this.#handshake, this.#absence, this.#outage]) {
      open?.[Symbol.dispose]();
    }
  }

  #hear(notice: SfuNotice): void {
    if (this.#isDisposed) return;
    switch (notice.kind) {
      case 'participantJoined':
        this.#joined(notice.participantIdentity, notice.participantKind === 'agent');
        return;
      case 'participantLeft':
        this.#left(notice.participantIdentity);
        return;
      case 'trackArrived':
        if (this.#oracle === notice.track.participantIdentity) this.#attach(notice.track);
        else this.#refuse(notice.track.participantIdentity);
        return;
      case 'trackRefused':
        this.#unencrypted(notice.participantIdentity);
        return;
      case 'undecryptable':
        if (this.#oracle === notice.participantIdentity) this.#events.undecryptable(notice.participantIdentity);
        return;
      case 'reconnecting':
        if (this.#outage !== undefined) return;
        this.#events.reconnecting();
        this.#outage = this.#clock.after(VANISHED_MS, () => this.#events.lost('connection-lost', connectionLost()));
        return;
      case 'reconnected':
        this.#outage = disposed(this.#outage);
        this.#events.reconnected();
        return;
      case 'disconnected':
        if (notice.cause === 'room-closed') this.closing();
        else if (notice.error !== undefined) this.#events.lost('media-failed', notice.error);
        else this.#events.lost('connection-lost', connectionLost());
        return;
      case 'trackGone':
      case 'frame':
      case 'sendingGuarded':
        return;
    }
  }

  #joined(identity: string, isAgent: boolean): void {
    if (identity === this.#oracle) return;
    // What the SFU calls a participant decides whether an offer is waited for, not whom we believe.
    if (!isAgent) {
      this.#refuse(identity);
      return;
    }
    this.#candidates.add(identity);
    this.#watchHandshake();
  }

  #left(identity: string): void {
    this.#candidates.remove(identity);
    if (!this.#candidates.isAnybodyHere) this.#handshake = disposed(this.#handshake);
    if (identity !== this.#oracle || this.#isClosing) return;
    this.#watchAbsence(VANISHED_MS, () => this.#events.lost('connection-lost', connectionLost()));
  }

  #watchHandshake(): void {
    const isDue = this.#candidates.areExpected && (this.#candidates.isAnybodyHere || this.#oracle !== undefined);
    if (this.#isConfirmed || !isDue || this.#handshake !== undefined) return;
    this.#handshake = this.#clock.after(HANDSHAKE_TIMEOUT_MS, () =>
      this.#events.lost('media-failed', new OracleCallError('ERR_HANDSHAKE_TIMEOUT')),
    );
  }

  #watchAbsence(delayMs: number, overdue: () => void): void {
    this.#absence?.[Symbol.dispose]();
    this.#absence = this.#clock.after(delayMs, overdue);
  }

  #attach(track: RemoteTrack): void {
    if (track.kind === 'audio' && !this.#isClosing) this.#absence = disposed(this.#absence);
    this.#events.attached(track);
  }

  #refuse(identity: string): void {
    this.#connection.refuse(identity);
    if (this.#strangers.has(identity)) return;
    this.#strangers.add(identity);
    this.#events.stranger(identity);
  }

  /** Media without encryption in the oracle's name ends the call, whoever announced it: nothing that it says can be told from a lie. */
  #unencrypted(identity: string): void {
    this.#plaintextOffered.add(identity);
    const details = { participantIdentity: identity };
    const error = new OracleCallError('ERR_MEDIA_UNENCRYPTED', undefined, { details });
    if (this.#oracle === identity) this.#events.lost('media-failed', error);
    else this.#events.warned(error);
  }
}

function disposed(open: Disposable | undefined): undefined {
  open?.[Symbol.dispose]();
  return undefined;
}
