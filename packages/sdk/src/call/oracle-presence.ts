import { OracleCallError, type Clock, type SecretBytes } from '@oracle-calls/protocol';
import type { RemoteTrack, SfuConnection, SfuNotice } from '../media/sfu-port.ts';
import { connectionLost } from './end-reasons.ts';

/** The oracle must be there this long after the call event and the SFU connection stand. */
export const ORACLE_ABSENT_MS = 20_000;

/** A participant who vanished, or the own connection, has this long to come back (`decisions.md`: 15 s). */
export const VANISHED_MS = 15_000;

/**
 * The room may be closed before Matrix delivers the oracle's reason. Usually that takes a tenth of a second; 3 s were seen to be too
 * short on a busy machine, and a failure then looked like an ordinary end. Longer only delays saying that an oracle without a reason left.
 */
export const CLOSING_REASON_MS = 8_000;

export interface PresenceEvents {
  /** The oracle's participant is in the room. */
  joined(): void;
  /** A track of the oracle arrived, encrypted; its key is installed. */
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
  /** The SFU room was closed by the other side, and nobody said why. */
  closedByOthers(): void;
}

export interface OraclePresenceOptions {
  readonly connection: SfuConnection;
  readonly clock: Clock;
  /** Key of what the oracle sends. */
  readonly oracleKey: SecretBytes;
  readonly events: PresenceEvents;
}

/**
 * Who in the SFU room is the oracle, and what happens when it comes, goes or is not alone. The one participant of kind `agent`
 * is taken for the oracle and gets the oracle's key; a restarted agent may take a place that is free. Everybody else is a
 * stranger: refused, never played, without a key. The kind is the SFU's word, so it decides who is listened to, not who is believed:
 * without the call key nobody is understood.
 */
export class OraclePresence implements Disposable {
  readonly #connection: SfuConnection;
  readonly #clock: Clock;
  readonly #oracleKey: SecretBytes;
  readonly #events: PresenceEvents;
  readonly #observation: Disposable;
  #oracle: { readonly identity: string; readonly keyed: Promise<void> } | undefined;
  readonly #silenced = new Set<string>();
  #absence: Disposable | undefined;
  #outage: Disposable | undefined;
  #isDisposed = false;

  constructor({ connection, clock, oracleKey, events }: OraclePresenceOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#oracleKey = oracleKey;
    this.#events = events;
    this.#observation = connection.observe((notice) => this.#hear(notice));
  }

  /** From now on the oracle's coming is overdue after {@link ORACLE_ABSENT_MS}. */
  expectOracle(): void {
    this.#watchAbsence(ORACLE_ABSENT_MS, () =>
      this.#events.lost('oracle-absent', new OracleCallError('ERR_MEDIA_ORACLE_ABSENT')),
    );
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#observation[Symbol.dispose]();
    this.#absence?.[Symbol.dispose]();
    this.#outage?.[Symbol.dispose]();
  }

  #hear(notice: SfuNotice): void {
    if (this.#isDisposed) return;
    switch (notice.kind) {
      case 'participantJoined':
        if (notice.participantKind === 'agent' && this.#oracle === undefined) this.#admit(notice.participantIdentity);
        else this.#refuse(notice.participantIdentity);
        return;
      case 'participantLeft':
        if (this.#oracle?.identity !== notice.participantIdentity) return;
        this.#oracle = undefined;
        this.#watchAbsence(VANISHED_MS, () => this.#events.lost('connection-lost', connectionLost()));
        return;
      case 'trackArrived':
        if (this.#oracle?.identity === notice.track.participantIdentity)
          void this.#attach(notice.track, this.#oracle.keyed);
        else this.#refuse(notice.track.participantIdentity);
        return;
      case 'trackRefused':
        this.#unencrypted(notice.participantIdentity);
        return;
      case 'trackGone':
        return;
      case 'undecryptable':
        if (this.#oracle?.identity === notice.participantIdentity)
          this.#events.undecryptable(notice.participantIdentity);
        return;
      case 'reconnecting':
        if (this.#outage !== undefined) return;
        this.#events.reconnecting();
        this.#outage = this.#clock.after(VANISHED_MS, () => this.#events.lost('connection-lost', connectionLost()));
        return;
      case 'reconnected':
        this.#outage?.[Symbol.dispose]();
        this.#outage = undefined;
        this.#events.reconnected();
        return;
      case 'disconnected':
        if (notice.cause !== 'room-closed') {
          this.#events.lost('connection-lost', connectionLost());
          return;
        }
        this.#watchAbsence(CLOSING_REASON_MS, () => this.#events.closedByOthers());
        return;
    }
  }

  #watchAbsence(delayMs: number, overdue: () => void): void {
    this.#absence?.[Symbol.dispose]();
    this.#absence = this.#clock.after(delayMs, overdue);
  }

  #admit(identity: string): void {
    const keyed = this.#connection.setReceivingKey(identity, this.#oracleKey);
    keyed.catch((cause: unknown) => {
      if (this.#isDisposed) return;
      this.#events.lost('media-failed', new OracleCallError('ERR_MEDIA_UNSUPPORTED', undefined, { cause }));
    });
    this.#oracle = { identity, keyed };
    this.#events.joined();
  }

  async #attach(track: RemoteTrack, keyed: Promise<void>): Promise<void> {
    try {
      await keyed;
    } catch {
      return;
    }
    if (this.#isDisposed) return;
    if (track.kind === 'audio') {
      this.#absence?.[Symbol.dispose]();
      this.#absence = undefined;
    }
    this.#events.attached(track);
  }

  #refuse(identity: string): void {
    this.#connection.refuse(identity);
    if (this.#silenced.has(identity)) return;
    this.#silenced.add(identity);
    this.#events.stranger(identity);
  }

  /**
   * An unencrypted announcement in the oracle's name ends the call: LiveKit's worker then passes frames of that participant
   * through undecrypted, those of tracks that are already playing too.
   */
  #unencrypted(identity: string): void {
    const details = { participantIdentity: identity };
    const error = new OracleCallError('ERR_MEDIA_UNENCRYPTED', undefined, { details });
    if (this.#oracle?.identity === identity) this.#events.lost('media-failed', error);
    else this.#events.warned(error);
  }
}
