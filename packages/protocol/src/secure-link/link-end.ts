import type { Clock } from '../clock.ts';
import type { DataPayload } from '../data-frame/payload.ts';
import { OracleCallError, toOracleCallError } from '../errors/oracle-call-error.ts';
import { readFrameHeader, type FrameKind } from '../frame/frame-header.ts';
import type { CallSession } from '../handshake/call-session.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import { compareHearings } from '../hearing/compare-hearings.ts';
import type { Entropy } from '../kem/entropy.ts';
import type { KeyPosition } from '../key-schedule/epoch-keys.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import type { RekeyOutcome } from '../rekey/rekey-step.ts';
import { Serial } from '../serial.ts';
import type { SendFrame } from './frame-channel.ts';
import type { FrameKeys } from './frame-keys.ts';
import type { ConfirmedAttempt, LinkEvents } from './link-events.ts';
import { LinkKeys } from './link-keys.ts';
import { RekeyDriver } from './rekey-driver.ts';
import { Resender, type Overdue } from './resender.ts';
import { SealedData } from './sealed-data.ts';

/** Frames that wait to be looked at. Whoever sends faster than a core can check is not heard out. */
export const PENDING_FRAMES_MAX = 256;

/** What both ends' rekeys have in common. */
export interface RekeyEnd {
  readonly unanswered: Uint8Array<ArrayBuffer> | undefined;
  receive(frame: Uint8Array, senderIdentity: string): Promise<RekeyOutcome>;
  graceOver(epoch: number): RekeyOutcome;
}

export interface LinkEndOptions {
  readonly clock: Clock;
  readonly frameKeys: FrameKeys;
  readonly send: SendFrame;
  readonly events: LinkEvents;
  readonly entropy?: Entropy | undefined;
}

/** Messages of the key exchange that only the other end sends. */
export interface TakenMessages {
  readonly kinds: readonly FrameKind[];
  readonly take: (frame: Uint8Array<ArrayBuffer>, senderIdentity: string) => Promise<void>;
}

export interface LinkEndRole {
  readonly handshake: TakenMessages;
  /** Kinds of the rekey's messages that the other end sends. */
  readonly rekeyKinds: readonly FrameKind[];
  /** The direction in which this end sends. */
  readonly sends: MediaDirection;
  readonly receives: MediaDirection;
  /** A message of the handshake that got no answer. */
  readonly unanswered: () => Uint8Array<ArrayBuffer> | undefined;
  /** An exchange has waited too long for its answer. */
  readonly overdue?: Overdue | undefined;
  /** This end sends under the keys of an epoch from now on. */
  readonly switched?: (() => void) | undefined;
  /** Data of the other end was opened under these keys. */
  readonly opened?: ((position: KeyPosition, payload: DataPayload | undefined) => Promise<void>) | undefined;
}

/** A confirmed attempt while it lasts. */
interface Live<R extends RekeyEnd> {
  readonly peerIdentity: string;
  readonly attempt: ConfirmedAttempt;
  readonly rekey: R;
  readonly driver: RekeyDriver;
  isPeerReady: boolean;
}

/** What both ends of a link do alike: take frames one at a time, keep the live attempt's keys and data, send again, wipe. */
export class LinkEnd<R extends RekeyEnd> implements Disposable {
  readonly data: SealedData;
  readonly keys: LinkKeys;
  readonly resender: Resender;
  readonly #options: LinkEndOptions;
  readonly #role: LinkEndRole;
  readonly #serial = new Serial();
  #pending = 0;
  /** Whom frames go to: the other end of the attempt under way. */
  #peerIdentity: string | undefined;
  #live: Live<R> | undefined;
  /** Of the last confirmed attempt. */
  #declared: CallHearing | undefined;
  #isClosed = false;

  constructor(options: LinkEndOptions, role: LinkEndRole) {
    this.#options = options;
    this.#role = role;
    const { clock, frameKeys, entropy } = options;
    const { sends, receives } = role;
    this.data = new SealedData({ clock, sends, receives, entropy, send: (frame) => this.transmit(frame) });
    this.keys = new LinkKeys({ frameKeys, data: this.data, sends, receives });
    this.resender = new Resender({
      clock,
      unanswered: () => role.unanswered() ?? this.#live?.rekey.unanswered,
      send: (frame) => this.transmit(frame),
      overdue: role.overdue,
    });
  }

  get attempt(): ConfirmedAttempt | undefined {
    return this.#live?.attempt;
  }

  get rekey(): R | undefined {
    return this.#live?.rekey;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes a frame from outside when its turn comes. `senderIdentity` is who sent it, as the SFU says. */
  receive(frame: Uint8Array, senderIdentity: string | undefined): void {
    if (this.#isClosed || this.#pending >= PENDING_FRAMES_MAX) return;
    this.#pending += 1;
    // The bytes are the connection's, which may use them again.
    const copy = new Uint8Array(frame);
    void this.run(async () => {
      this.#pending -= 1;
      await this.#take(copy, senderIdentity);
    });
  }

  /** Runs work in turn. Its failure is the link's: keys that cannot be installed leave nothing to go on with. */
  run(work: () => Promise<void>): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#isClosed) return;
      try {
        await work();
      } catch (cause) {
        this.#fail(cause);
      }
    });
  }

  refuse(error: OracleCallError, participantIdentity: string | undefined): void {
    if (!this.#isClosed) this.#options.events.refused(error, participantIdentity);
  }

  transmit(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosed || this.#peerIdentity === undefined) return;
    // What got lost is sent again; a connection that is gone is told by whoever holds it.
    this.#options.send(frame, this.#peerIdentity).catch(() => undefined);
  }

  /** An attempt with this participant is under way; the one before is over. */
  async turnTo(peerIdentity: string): Promise<void> {
    this.#peerIdentity = peerIdentity;
    const before = this.#live;
    if (before === undefined) return;
    this.#live = undefined;
    before.driver[Symbol.dispose]();
    await this.keys.retireAll();
    if (!this.#isClosed) this.#options.events.superseded();
  }

  /** Tells who hears the call, before anything is sent, and how that stands to the confirmed attempt before. */
  declare({ hearing }: CallSession): void {
    const previous = this.#declared;
    this.#declared = hearing;
    const change = previous && compareHearings(previous, hearing);
    this.#options.events.declared?.({ hearing, changed: previous && change && { previous, change } });
  }

  /** The attempt is confirmed and its keys are in use. */
  begin(session: CallSession, peerIdentity: string, rekey: R): void {
    const { attempt, userIdentity, agentIdentity, comparisonCode, hearing } = session;
    const driver = new RekeyDriver({
      clock: this.#options.clock,
      keys: this.keys,
      attempt,
      peerIdentity,
      send: (frame) => {
        this.transmit(frame);
        this.resender.start();
      },
      switched: (epoch) => {
        this.#role.switched?.();
        this.#options.events.rekeyed(epoch);
      },
      graceOver: (epoch) => void this.run(() => this.perform(rekey.graceOver(epoch), peerIdentity)),
    });
    const confirmed = { attempt, userIdentity, agentIdentity, comparisonCode, hearing };
    this.#live = { peerIdentity, attempt: confirmed, rekey, driver, isPeerReady: false };
    this.#options.events.confirmed(confirmed);
  }

  /** Does what the rekey of the live attempt says. */
  async perform(outcome: RekeyOutcome, senderIdentity: string): Promise<void> {
    const refused = await this.#live?.driver.perform(outcome);
    if (refused !== undefined) this.refuse(refused.error, senderIdentity);
  }

  async #take(frame: Uint8Array<ArrayBuffer>, senderIdentity: string | undefined): Promise<void> {
    if (senderIdentity === undefined) {
      this.refuse(new OracleCallError('ERR_DATA_SENDER'), undefined);
      return;
    }
    let kind: FrameKind;
    try {
      ({ kind } = readFrameHeader(frame));
    } catch (error) {
      this.refuse(error as OracleCallError, senderIdentity);
      return;
    }
    const { handshake, rekeyKinds } = this.#role;
    if (kind === 'data') await this.#takeData(frame, senderIdentity);
    else if (handshake.kinds.includes(kind)) await handshake.take(frame, senderIdentity);
    else if (rekeyKinds.includes(kind)) await this.#takeRekey(frame, senderIdentity);
    // This end's own messages, played back to it.
    else this.refuse(new OracleCallError('ERR_HANDSHAKE_ORDER'), senderIdentity);
  }

  async #takeRekey(frame: Uint8Array, senderIdentity: string): Promise<void> {
    const live = this.#live;
    if (live === undefined) {
      this.refuse(new OracleCallError('ERR_HANDSHAKE_ORDER'), senderIdentity);
      return;
    }
    await this.perform(await live.rekey.receive(frame, senderIdentity), senderIdentity);
  }

  async #takeData(frame: Uint8Array, senderIdentity: string): Promise<void> {
    const live = this.#live;
    if (live === undefined || senderIdentity !== live.peerIdentity) {
      this.refuse(new OracleCallError('ERR_DATA_SENDER'), senderIdentity);
      return;
    }
    const outcome = await this.data.open(frame);
    if (outcome.kind === 'refused') {
      this.refuse(outcome.error, senderIdentity);
      return;
    }
    if (!live.isPeerReady) {
      live.isPeerReady = true;
      this.#options.events.peerReady();
    }
    const payload = outcome.kind === 'payload' ? outcome.payload : undefined;
    await this.#role.opened?.(outcome.position, payload);
    if (payload !== undefined && !isOwnBusiness(payload)) this.#options.events.payload(payload);
  }

  close(): void {
    this.#isClosed = true;
    this.resender.stop();
    this.data[Symbol.dispose]();
    this.#live?.driver[Symbol.dispose]();
    this.#live = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #fail(cause: unknown): void {
    if (this.#isClosed) return;
    this.#options.events.failed(toOracleCallError(cause));
  }
}

/** Control payloads that only the links of the two ends talk about. */
function isOwnBusiness(payload: DataPayload): boolean {
  return (
    payload.kind === 'control' &&
    (payload.action === 'received' || payload.action === 'epoch-switched' || payload.action === 'rekey')
  );
}
