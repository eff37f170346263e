import { checkCommitment, COMPARISON_NONCE_BYTES, comparisonCode } from '../comparison-code/comparison-code.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { FIRST_EPOCH } from '../frame/frame-header.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { encapsulateXWing } from '../kem/x-wing.ts';
import { confirmationTag, Epoch, isConfirmationTag } from '../key-schedule/key-schedule.ts';
import { HASH_BYTES } from '../key-schedule/labelled-hash.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { Serial } from '../serial.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { checkSignedHash, signHash } from '../signing/signed-hash.ts';
import { CallSession } from './call-session.ts';
import { claimFrame, refusedBy, type ClaimedFrame, type RefusedOutcome } from './handshake-frame.ts';
import { decodeConfirm, decodeOffer, encodeAccept } from './messages.ts';
import { openMessage, sealMessage } from './sealing.ts';
import { checkLengths, offerHash, transcriptHash, type CallBinding } from './transcript.ts';
import {
  reduceUser,
  type AcceptedAttempt,
  type UserInput,
  type UserState,
  type UserStateName,
} from './user-machine.ts';

export interface UserHandshakeOptions extends CallBinding {
  /** The user's own identity in the SFU room, as its join token says. */
  readonly userIdentity: string;
  /** 32 bytes; a copy is kept until `close`. */
  readonly callKey: SecretBytes;
  /** The nonce whose commitment stands in the envelope's context; a copy is kept until `close`. */
  readonly comparisonNonce: SecretBytes;
  /** The key pair of this call alone. */
  readonly callSigner: Signer;
  /** The oracle's identity key, as pinned and bound into the context. */
  readonly oracleVerifier: Verifier;
  readonly entropy?: Entropy | undefined;
}

export type UserOutcome =
  /** Send the frame. Whatever the attempt before had is wiped: stop using it. */
  | {
      readonly kind: 'accepted';
      readonly attempt: number;
      readonly agentIdentity: string;
      readonly frame: Uint8Array<ArrayBuffer>;
    }
  /** The same offer came again: send the same frame again. */
  | { readonly kind: 'resend'; readonly frame: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'confirmed'; readonly session: CallSession }
  /** The same message came again and needs no answer. */
  | { readonly kind: 'ignored' }
  | RefusedOutcome;

/** Everything about an accept that the confirm is checked against. */
interface PendingAttempt extends AcceptedAttempt {
  readonly pending: Epoch;
  readonly agentCommitment: Uint8Array<ArrayBuffer>;
  readonly hearing: CallHearing;
}

/**
 * The user's side of the handshake of one call, over all its attempts. It neither sends nor waits: give it what arrives, send what
 * it says. Messages are taken one at a time. A message that is refused changes nothing.
 */
export class UserHandshake implements Disposable {
  readonly #options: Omit<UserHandshakeOptions, 'callKey' | 'comparisonNonce'>;
  readonly #callKey: SecretBytes;
  readonly #comparisonNonce: SecretBytes;
  readonly #entropy: Entropy;
  readonly #serial = new Serial();
  #state: UserState<PendingAttempt> = { name: 'waiting' };

  /** @throws {RangeError} for a part of a wrong length */
  constructor({ callKey, comparisonNonce, ...options }: UserHandshakeOptions) {
    checkLengths([
      ['contextHash', options.contextHash.length, HASH_BYTES],
      ['callKey', callKey.length, CALL_KEY_BYTES],
      ['comparisonNonce', comparisonNonce.length, COMPARISON_NONCE_BYTES],
    ]);
    this.#options = options;
    this.#callKey = new SecretBytes(callKey.expose(), 'call key');
    this.#comparisonNonce = new SecretBytes(comparisonNonce.expose(), 'comparison nonce');
    this.#entropy = options.entropy ?? systemEntropy;
  }

  get state(): UserStateName {
    return this.#state.name;
  }

  /** The accept that no confirm has answered, to send again after a while. */
  get unanswered(): Uint8Array<ArrayBuffer> | undefined {
    return this.#state.name === 'accepted' ? this.#state.accepted.frame : undefined;
  }

  /** Takes an offer or confirm. `senderIdentity` is who sent it, as the SFU says. Never rejects. */
  async receive(frame: Uint8Array, senderIdentity: string): Promise<UserOutcome> {
    let claimed: ClaimedFrame<'offer' | 'confirm'>;
    try {
      claimed = claimFrame(frame, ['offer', 'confirm']);
    } catch (error) {
      return refusedBy(error);
    }
    return this.#serial.run(() => this.#take(claimed, senderIdentity));
  }

  /** Wipes everything, the session included. Idempotent. */
  close(): void {
    this.#apply({ kind: 'close' });
    this.#callKey.destroy();
    this.#comparisonNonce.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #take(claimed: ClaimedFrame<'offer' | 'confirm'>, senderIdentity: string): Promise<UserOutcome> {
    try {
      const outcome = this.#apply(claimed);
      if (outcome !== undefined) return outcome;
      const input =
        claimed.kind === 'offer'
          ? await this.#verifyOffer(claimed, senderIdentity)
          : await this.#verifyConfirm(claimed, senderIdentity);
      return this.#apply(input) ?? { kind: 'ignored' };
    } catch (error) {
      // Closing wipes keys under a check that is under way.
      return refusedBy(this.#state.name === 'closed' ? new OracleCallError('ERR_HANDSHAKE_CLOSED') : error);
    }
  }

  /** One step of the machine; `undefined` asks for the verification of the frame. */
  #apply(input: UserInput<PendingAttempt>): UserOutcome | undefined {
    const { state, step, discarded } = reduceUser(this.#state, input);
    this.#state = state;
    for (const one of discarded) one[Symbol.dispose]();
    if (step.effect === 'refuse') return refusedBy(new OracleCallError(step.code));
    if (step.effect === 'verify-offer' || step.effect === 'verify-confirm') return undefined;
    if (state.name === 'accepted') {
      const { attempt, agentIdentity, frame } = state.accepted;
      return step.effect === 'send-accept'
        ? { kind: 'accepted', attempt, agentIdentity, frame }
        : { kind: 'resend', frame };
    }
    if (state.name === 'confirmed' && step.effect === 'deliver-session') {
      return { kind: 'confirmed', session: state.session };
    }
    return { kind: 'ignored' };
  }

  async #verifyOffer(claimed: ClaimedFrame, senderIdentity: string): Promise<UserInput<PendingAttempt>> {
    if (claimed.epoch !== FIRST_EPOCH) throw new OracleCallError('ERR_HANDSHAKE_MALFORMED');
    const { contextHash, envelopeSignature, callId, oracleVerifier, callSigner, userIdentity } = this.#options;
    const offer = decodeOffer(await openMessage(this.#callKey, claimed.bytes));
    const { attempt, epoch } = claimed;
    const binding = { contextHash, envelopeSignature, callId, ...offer, attempt };
    await checkSignedHash(oracleVerifier, 'offer signature', offerHash(binding), offer.signature);
    if (offer.userIdentity !== userIdentity || offer.agentIdentity !== senderIdentity) {
      throw new OracleCallError('ERR_HANDSHAKE_IDENTITY');
    }
    const { encapsulation, sharedSecret } = encapsulateXWing(offer.ephemeralPublicKey, this.#entropy);
    using secret = sharedSecret;
    const userNonce = new Uint8Array(this.#comparisonNonce.expose());
    const transcript = transcriptHash({ ...binding, encapsulation, userNonce });
    const pending = new Epoch({ chainKey: this.#callKey, sharedSecret: secret, transcript, attempt, epoch });
    try {
      const body = encodeAccept({
        encapsulation,
        userNonce,
        signature: await signHash(callSigner, 'accept signature', transcript),
        tag: confirmationTag(pending.userConfirm, transcript),
      });
      const frame = await sealMessage(this.#callKey, { kind: 'accept', attempt, epoch }, body, this.#entropy);
      const { agentIdentity, agentCommitment, hearing } = offer;
      const { digest: offerDigest } = claimed;
      return {
        kind: 'offer-verified',
        accepted: { attempt, offerDigest, agentIdentity, agentCommitment, hearing, frame, pending },
      };
    } catch (error) {
      pending.destroy();
      throw error;
    }
  }

  async #verifyConfirm(claimed: ClaimedFrame, senderIdentity: string): Promise<UserInput<PendingAttempt>> {
    if (this.#state.name !== 'accepted') throw new OracleCallError('ERR_HANDSHAKE_ORDER');
    const { pending, agentIdentity, agentCommitment, hearing } = this.#state.accepted;
    if (claimed.epoch !== FIRST_EPOCH) throw new OracleCallError('ERR_HANDSHAKE_MALFORMED');
    if (senderIdentity !== agentIdentity) throw new OracleCallError('ERR_HANDSHAKE_IDENTITY');
    const { agentNonce, signature, tag } = decodeConfirm(await openMessage(this.#callKey, claimed.bytes));
    const { transcript } = pending;
    if (!isConfirmationTag(tag, pending.agentConfirm, transcript)) {
      throw new OracleCallError('ERR_HANDSHAKE_CONFIRMATION');
    }
    await checkSignedHash(this.#options.oracleVerifier, 'confirm signature', transcript, signature);
    checkCommitment(agentNonce, agentCommitment);
    const session = new CallSession(pending, {
      userIdentity: this.#options.userIdentity,
      agentIdentity,
      comparisonCode: comparisonCode({ transcript, userNonce: this.#comparisonNonce.expose(), agentNonce }),
      hearing,
    });
    return { kind: 'confirm-verified', digest: claimed.digest, session };
  }
}
