import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { CallSession } from '../handshake/call-session.ts';
import { claimFrame, refusedBy, type ClaimedFrame } from '../handshake/handshake-frame.ts';
import { openMessage, sealMessage } from '../handshake/sealing.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { encapsulateXWing } from '../kem/x-wing.ts';
import { confirmationTag, Epoch, isConfirmationTag } from '../key-schedule/key-schedule.ts';
import { Serial } from '../serial.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { checkSignedHash, signHash } from '../signing/signed-hash.ts';
import { checkExchange } from './check-exchange.ts';
import {
  decodeRekeyConfirm,
  decodeRekeyOffer,
  encodeRekeyAccept,
  rekeyOfferHash,
  rekeyTranscriptHash,
} from './rekey-messages.ts';
import type { RekeyOutcome, RekeyStep } from './rekey-step.ts';
import {
  reduceUserRekey,
  type UserRekeyInput,
  type UserRekeyState,
  type UserRekeyStateName,
} from './user-rekey-machine.ts';

export interface UserRekeyOptions {
  /** The session whose epochs are made; it owns the rekey and closes it. */
  readonly session: CallSession;
  /** The key pair of this call alone. */
  readonly callSigner: Signer;
  /** The oracle's identity key, as in the handshake. */
  readonly oracleVerifier: Verifier;
  readonly entropy?: Entropy | undefined;
}

/**
 * The user's side of the rekeys of a session. It neither sends nor waits: give it what arrives, do what it says. A message that is
 * refused changes nothing.
 */
export class UserRekey implements Disposable {
  readonly #options: UserRekeyOptions;
  readonly #entropy: Entropy;
  readonly #serial = new Serial();
  #state: UserRekeyState;

  constructor(options: UserRekeyOptions) {
    this.#options = options;
    this.#entropy = options.entropy ?? systemEntropy;
    this.#state = { name: 'steady', current: options.session.first };
    options.session.adopt(this);
  }

  get state(): UserRekeyStateName {
    return this.#state.name;
  }

  /** The accept that no confirm has answered, to send again after a while. */
  get unanswered(): Uint8Array<ArrayBuffer> | undefined {
    return this.#state.name === 'accepted' ? this.#state.accepted.frame : undefined;
  }

  /** Takes a rekey offer or confirm. `senderIdentity` is who sent it, as the SFU says. Never rejects. */
  async receive(frame: Uint8Array, senderIdentity: string): Promise<RekeyOutcome> {
    let claimed: ClaimedFrame<'rekey-offer' | 'rekey-confirm'>;
    try {
      claimed = claimFrame(frame, ['rekey-offer', 'rekey-confirm']);
    } catch (error) {
      return refusedBy(error);
    }
    return this.#serial.run(() => this.#take(claimed, senderIdentity));
  }

  /** The grace of an epoch has passed. */
  graceOver(epoch: number): RekeyOutcome {
    return this.#apply({ kind: 'grace-over', epoch }) ?? { kind: 'ignored' };
  }

  /** Wipes every epoch. Idempotent; the session does it too. */
  close(): void {
    this.#apply({ kind: 'close' });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #take(claimed: ClaimedFrame<'rekey-offer' | 'rekey-confirm'>, senderIdentity: string): Promise<RekeyOutcome> {
    try {
      const { session } = this.#options;
      if (this.#state.name !== 'closed') checkExchange(claimed, senderIdentity, session.agentIdentity, session);
      const outcome = this.#apply(claimed);
      if (outcome !== undefined) return outcome;
      const input =
        claimed.kind === 'rekey-offer' ? await this.#verifyOffer(claimed) : await this.#verifyConfirm(claimed);
      return this.#apply(input) ?? { kind: 'ignored' };
    } catch (error) {
      // Closing wipes keys under a check that is under way.
      return refusedBy(this.state === 'closed' ? new OracleCallError('ERR_HANDSHAKE_CLOSED') : error);
    }
  }

  /** One step of the machine; `undefined` asks for the verification of the frame. */
  #apply(input: UserRekeyInput): RekeyOutcome | undefined {
    const { state, transition, discarded } = reduceUserRekey(this.#state, input);
    this.#state = state;
    for (const epoch of discarded) epoch.destroy();
    if (transition.effect === 'refuse') return refusedBy(new OracleCallError(transition.code));
    if (transition.effect === 'verify-offer' || transition.effect === 'verify-confirm') return undefined;
    const steps: RekeyStep[] = [];
    if (state.name === 'closed' || transition.effect === 'ignore') return { kind: 'ignored' };
    for (const { epoch } of discarded) steps.push({ do: 'retire', epoch });
    if (state.name === 'accepted') {
      const { next, frame } = state.accepted;
      if (transition.effect === 'install-and-accept') steps.push({ do: 'install-receive', keys: next.keys });
      steps.push({ do: 'send', frame });
    }
    if (state.name === 'draining') {
      // What led to this epoch leads nowhere else: a later thief of the old chain learns nothing new.
      state.previous.destroyChain();
      steps.push({ do: 'switch-send', keys: state.current.keys });
      steps.push({ do: 'start-grace', epoch: state.previous.epoch });
    }
    return { kind: 'steps', steps };
  }

  async #verifyOffer(claimed: ClaimedFrame): Promise<UserRekeyInput> {
    if (this.#state.name === 'closed') throw new OracleCallError('ERR_HANDSHAKE_CLOSED');
    const { current } = this.#state;
    const { attempt, epoch, digest: offerDigest } = claimed;
    const offer = decodeRekeyOffer(await openMessage(current.rekeySeal, claimed.bytes));
    const { ephemeralPublicKey, signature } = offer;
    const binding = { previousTranscript: current.transcript, epoch, ephemeralPublicKey };
    await checkSignedHash(this.#options.oracleVerifier, 'rekey offer signature', rekeyOfferHash(binding), signature);
    const { encapsulation, sharedSecret } = encapsulateXWing(ephemeralPublicKey, this.#entropy);
    using secret = sharedSecret;
    const transcript = rekeyTranscriptHash({ ...binding, encapsulation });
    const next = new Epoch({ chainKey: current.master, sharedSecret: secret, transcript, attempt, epoch });
    try {
      const body = encodeRekeyAccept({
        encapsulation,
        signature: await signHash(this.#options.callSigner, 'rekey accept signature', transcript),
        tag: confirmationTag(next.userConfirm, transcript),
      });
      const header = { kind: 'rekey-accept', attempt, epoch } as const;
      const frame = await sealMessage(current.rekeySeal, header, body, this.#entropy);
      return { kind: 'offer-verified', accepted: { next, offerDigest, frame } };
    } catch (error) {
      next.destroy();
      throw error;
    }
  }

  async #verifyConfirm(claimed: ClaimedFrame): Promise<UserRekeyInput> {
    if (this.#state.name !== 'accepted') throw new OracleCallError('ERR_HANDSHAKE_ORDER');
    const { current, accepted } = this.#state;
    const { transcript, agentConfirm } = accepted.next;
    const { signature, tag } = decodeRekeyConfirm(await openMessage(current.rekeySeal, claimed.bytes));
    if (!isConfirmationTag(tag, agentConfirm, transcript)) throw new OracleCallError('ERR_HANDSHAKE_CONFIRMATION');
    await checkSignedHash(this.#options.oracleVerifier, 'rekey confirm signature', transcript, signature);
    return { kind: 'confirm-verified', digest: claimed.digest };
  }
}
