import type { DataPayload } from '../data-frame/payload.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { AgentHandshake, type AgentHandshakeOptions, type AttemptOptions } from '../handshake/agent-handshake.ts';
import type { CallSession } from '../handshake/call-session.ts';
import type { KeyPosition } from '../key-schedule/epoch-keys.ts';
import { AgentRekey } from '../rekey/agent-rekey.ts';
import { REKEY_INTERVAL_MS } from '../rekey/rekey-step.ts';
import type { ConfirmedAttempt, LinkEvents } from './link-events.ts';
import { LinkEnd, type LinkEndOptions } from './link-end.ts';
import { HANDSHAKE_MAX_MS, REKEY_MAX_MS, REKEY_REQUEST_GAP_MS } from './link-times.ts';

export interface AgentLinkEvents extends LinkEvents {
  /** An offer or a rekey got no answer in time: a new attempt is the way on, or giving up. */
  readonly stalled: () => void;
}

export interface AgentLinkOptions extends LinkEndOptions {
  readonly events: AgentLinkEvents;
  readonly handshake: AgentHandshakeOptions;
  /** ms between two rekeys; {@link REKEY_INTERVAL_MS} unless told. */
  readonly rekeyIntervalMs?: number | undefined;
}

/**
 * The agent's end of a call's secure link: offers attempts, installs the media keys of each attempt and epoch, rekeys in time, carries
 * data. It holds nothing of the connection: give it every frame of the topic, and it sends through `send`.
 */
export class AgentLink implements Disposable {
  readonly #options: AgentLinkOptions;
  readonly #handshake: AgentHandshake;
  readonly #end: LinkEnd<AgentRekey>;
  #rekeyTimer: Disposable | undefined;
  #rekeyDeadline: Disposable | undefined;
  #lastRekeyAt = Number.NEGATIVE_INFINITY;

  /** @throws {RangeError} for a part of a wrong length */
  constructor(options: AgentLinkOptions) {
    this.#options = options;
    this.#handshake = new AgentHandshake(options.handshake);
    this.#end = new LinkEnd(options, {
      sends: 'oracle-to-user',
      receives: 'user-to-oracle',
      handshake: { kinds: ['accept'], take: (frame, sender) => this.#takeAccept(frame, sender) },
      rekeyKinds: ['rekey-accept'],
      unanswered: () => this.#handshake.unanswered,
      overdue: {
        maxMs: HANDSHAKE_MAX_MS,
        // A rekey has a longer bound of its own: meanwhile the call goes on under the keys of before.
        isMeant: () => this.#handshake.unanswered !== undefined,
        call: () => options.events.stalled(),
      },
      opened: (position, payload) => this.#opened(position, payload),
    });
  }

  /** The confirmed attempt, while it lasts. */
  get attempt(): ConfirmedAttempt | undefined {
    return this.#end.attempt;
  }

  /**
   * Begins an attempt: the one before is over, its keys are wiped, and the offer is sent until it is accepted.
   *
   * @throws {OracleCallError} `ERR_HANDSHAKE_STALE` when the number does not rise, `ERR_HANDSHAKE_CLOSED`, `ERR_HANDSHAKE_SIGNATURE`
   * @throws {RangeError} for a number or identity out of bounds
   */
  async begin(attempt: AttemptOptions): Promise<void> {
    const begun = Promise.withResolvers<void>();
    await this.#end.run(async () => {
      let offer: Uint8Array<ArrayBuffer>;
      try {
        offer = await this.#handshake.begin(attempt);
      } catch (error) {
        // The caller's to handle; the link itself is as it was.
        begun.reject(error);
        return;
      }
      this.#stopRekeying();
      await this.#end.turnTo(attempt.userIdentity);
      this.#end.transmit(offer);
      this.#end.resender.start();
      begun.resolve();
    });
    // Closed before its turn came, or the keys of the attempt before could not be wiped: `failed` has said so.
    begun.reject(new OracleCallError('ERR_HANDSHAKE_CLOSED'));
    await begun.promise;
  }

  /** Begins the next epoch, unless one is under way. */
  rekey(): Promise<void> {
    return this.#end.run(() => this.#beginRekey());
  }

  /** Takes a frame of the topic. `senderIdentity` is who sent it, as the SFU says. */
  receive(frame: Uint8Array, senderIdentity: string | undefined): void {
    this.#end.receive(frame, senderIdentity);
  }

  /** Sends data; what must arrive is sent again until it did. @throws {OracleCallError} `ERR_DATA_MALFORMED`, `ERR_DATA_TOO_LARGE` */
  send(payload: DataPayload): Promise<void> {
    return this.#end.data.send(payload);
  }

  /** Wipes everything. Idempotent. */
  close(): void {
    this.#stopRekeying();
    this.#end.close();
    this.#handshake.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #takeAccept(frame: Uint8Array<ArrayBuffer>, senderIdentity: string): Promise<void> {
    const outcome = await this.#handshake.receive(frame, senderIdentity);
    switch (outcome.kind) {
      case 'confirmed':
        this.#end.resender.stop();
        await this.#begin(outcome.session, outcome.frame);
        return;
      case 'resend':
        this.#end.transmit(outcome.frame);
        return;
      case 'refused':
        this.#end.refuse(outcome.error, senderIdentity);
        return;
    }
  }

  async #begin(session: CallSession, confirm: Uint8Array<ArrayBuffer>): Promise<void> {
    const { identitySigner, callVerifier } = this.#options.handshake;
    const { userIdentity, keys } = session;
    await this.#end.keys.installReceiving(userIdentity, keys);
    this.#end.transmit(confirm);
    await this.#end.keys.switchSending(keys);
    if (this.#end.isClosed) return;
    const rekey = new AgentRekey({ session, identitySigner, callVerifier, entropy: this.#options.entropy });
    this.#end.begin(session, userIdentity, rekey);
    this.#scheduleRekey();
  }

  async #opened({ attempt, epoch }: KeyPosition, payload: DataPayload | undefined): Promise<void> {
    const { rekey, attempt: live } = this.#end;
    if (rekey === undefined || live === undefined || attempt !== live.attempt) return;
    await this.#end.perform(rekey.peerSwitched(epoch), live.userIdentity);
    if (rekey.state === 'draining' || rekey.state === 'steady') this.#rekeyDeadline?.[Symbol.dispose]();
    const isAsked = payload?.kind === 'control' && payload.action === 'rekey';
    if (isAsked && this.#options.clock.now() - this.#lastRekeyAt >= REKEY_REQUEST_GAP_MS) await this.#beginRekey();
  }

  async #beginRekey(): Promise<void> {
    const { rekey } = this.#end;
    // One that is under way has a deadline of its own.
    if (rekey === undefined || rekey.state === 'offered' || rekey.state === 'confirmed') return;
    const { clock, events } = this.#options;
    this.#lastRekeyAt = clock.now();
    await this.#end.perform(await rekey.begin(), this.#end.attempt?.userIdentity ?? '');
    this.#rekeyDeadline?.[Symbol.dispose]();
    this.#rekeyDeadline = clock.after(REKEY_MAX_MS, () => {
      if (this.#end.rekey === rekey && rekey.state !== 'steady' && rekey.state !== 'draining') events.stalled();
    });
    this.#scheduleRekey();
  }

  #scheduleRekey(): void {
    const { clock, rekeyIntervalMs = REKEY_INTERVAL_MS } = this.#options;
    this.#rekeyTimer?.[Symbol.dispose]();
    this.#rekeyTimer = clock.after(rekeyIntervalMs, () => void this.rekey());
  }

  #stopRekeying(): void {
    this.#rekeyTimer?.[Symbol.dispose]();
    this.#rekeyDeadline?.[Symbol.dispose]();
  }
}
