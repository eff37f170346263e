import { createPayloadId, type DataPayload } from '../data-frame/payload.ts';
import type { CallSession } from '../handshake/call-session.ts';
import { UserHandshake, type UserHandshakeOptions } from '../handshake/user-handshake.ts';
import { UserRekey } from '../rekey/user-rekey.ts';
import type { ConfirmedAttempt } from './link-events.ts';
import { LinkEnd, type LinkEndOptions } from './link-end.ts';

export interface UserLinkOptions extends LinkEndOptions {
  readonly handshake: UserHandshakeOptions;
}

/**
 * The user's end of a call's secure link: answers the agent's offers, installs the media keys of each attempt and epoch, carries
 * data. It holds nothing of the connection: give it every frame of the topic, and it sends through `send`.
 */
export class UserLink implements Disposable {
  readonly #options: UserLinkOptions;
  readonly #handshake: UserHandshake;
  readonly #end: LinkEnd<UserRekey>;

  /** @throws {RangeError} for a part of a wrong length */
  constructor(options: UserLinkOptions) {
    this.#options = options;
    this.#handshake = new UserHandshake(options.handshake);
    this.#end = new LinkEnd(options, {
      sends: 'user-to-oracle',
      receives: 'oracle-to-user',
      handshake: { kinds: ['offer', 'confirm'], take: (frame, sender) => this.#takeHandshake(frame, sender) },
      rekeyKinds: ['rekey-offer', 'rekey-confirm'],
      unanswered: () => this.#handshake.unanswered,
      switched: () => this.#sayWhichEpoch(),
    });
  }

  /** The confirmed attempt, while it lasts. */
  get attempt(): ConfirmedAttempt | undefined {
    return this.#end.attempt;
  }

  /** Takes a frame of the topic. `senderIdentity` is who sent it, as the SFU says. */
  receive(frame: Uint8Array, senderIdentity: string | undefined): void {
    this.#end.receive(frame, senderIdentity);
  }

  /** Sends data; what must arrive is sent again until it did. @throws {OracleCallError} `ERR_DATA_MALFORMED`, `ERR_DATA_TOO_LARGE` */
  send(payload: DataPayload): Promise<void> {
    return this.#end.data.send(payload);
  }

  /** Asks the agent for a new epoch, after a connection was mended. */
  requestRekey(): Promise<void> {
    return this.send({ id: this.#newId(), kind: 'control', action: 'rekey' });
  }

  /** Wipes everything. Idempotent. */
  close(): void {
    this.#end.close();
    this.#handshake.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #takeHandshake(frame: Uint8Array<ArrayBuffer>, senderIdentity: string): Promise<void> {
    const outcome = await this.#handshake.receive(frame, senderIdentity);
    switch (outcome.kind) {
      case 'accepted':
        await this.#end.turnTo(outcome.agentIdentity);
        this.#end.transmit(outcome.frame);
        this.#end.resender.start();
        return;
      case 'resend':
        this.#end.transmit(outcome.frame);
        return;
      case 'confirmed':
        this.#end.resender.stop();
        await this.#begin(outcome.session);
        return;
      case 'refused':
        this.#end.refuse(outcome.error, senderIdentity);
        return;
      case 'ignored':
        return;
    }
  }

  async #begin(session: CallSession): Promise<void> {
    const { callSigner, oracleVerifier } = this.#options.handshake;
    const { agentIdentity, keys } = session;
    this.#end.declare(session);
    await this.#end.keys.installReceiving(agentIdentity, keys);
    await this.#end.keys.switchSending(keys);
    if (this.#end.isClosed) return;
    const rekey = new UserRekey({ session, callSigner, oracleVerifier, entropy: this.#options.entropy });
    this.#end.begin(session, agentIdentity, rekey);
    this.#sayWhichEpoch();
  }

  /** Tells the agent that its voice can be heard under these keys, and that the ones of before may go. */
  #sayWhichEpoch(): void {
    void this.send({ id: this.#newId(), kind: 'control', action: 'epoch-switched' });
  }

  #newId(): string {
    return createPayloadId(this.#options.entropy);
  }
}
