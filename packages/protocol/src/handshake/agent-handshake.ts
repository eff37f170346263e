import {
  checkCommitment,
  commitmentTo,
  comparisonCode,
  createComparisonNonce,
} from '../comparison-code/comparison-code.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { FIRST_EPOCH } from '../frame/frame-header.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { createXWingKeyPair, decapsulateXWing } from '../kem/x-wing.ts';
import { confirmationTag, Epoch, isConfirmationTag } from '../key-schedule/key-schedule.ts';
import { HASH_BYTES } from '../key-schedule/labelled-hash.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { Serial } from '../serial.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { checkSignedHash, signHash } from '../signing/signed-hash.ts';
import {
  reduceAgent,
  type AgentInput,
  type AgentState,
  type AgentStateName,
  type OfferedAttempt,
} from './agent-machine.ts';
import { CallSession } from './call-session.ts';
import { claimFrame, refusedBy, type ClaimedFrame, type RefusedOutcome } from './handshake-frame.ts';
import { decodeAccept, encodeConfirm, encodeOffer, IDENTITY_MAX_BYTES } from './messages.ts';
import { openMessage, sealMessage } from './sealing.ts';
import { checkLengths, offerHash, transcriptHash, type CallBinding, type OfferBinding } from './transcript.ts';

export interface AgentHandshakeOptions extends CallBinding {
  /** 32 bytes, from the envelope; a copy is kept until `close`. */
  readonly callKey: SecretBytes;
  /** The commitment to the user's nonce, from the envelope's context. */
  readonly userCommitment: Uint8Array;
  /** The oracle's identity key. */
  readonly identitySigner: Signer;
  /** The key of this call alone, from the envelope's context. */
  readonly callVerifier: Verifier;
  /** Who hears the call: declared in every offer. */
  readonly hearing: CallHearing;
  readonly entropy?: Entropy | undefined;
}

export interface AttemptOptions {
  /** Higher than every attempt before, 1 to `MAX_ATTEMPT`; the user refuses one that is not. */
  readonly attempt: number;
  /** The two participants of the SFU room in this attempt. */
  readonly userIdentity: string;
  readonly agentIdentity: string;
}

export type AgentOutcome =
  /** Send the frame; the user has the keys as soon as it arrives. */
  | { readonly kind: 'confirmed'; readonly session: CallSession; readonly frame: Uint8Array<ArrayBuffer> }
  /** The same accept came again: send the same frame again. */
  | { readonly kind: 'resend'; readonly frame: Uint8Array<ArrayBuffer> }
  | RefusedOutcome;

/** Everything about an offer that the accept is checked against. */
interface PendingOffer extends OfferedAttempt {
  readonly binding: OfferBinding;
  readonly seed: SecretBytes;
  readonly agentNonce: SecretBytes;
}

/**
 * The agent's side of the handshake of one call, over all its attempts. It neither sends nor waits: give it what arrives, send what
 * it says. One thing is done at a time. A message that is refused changes nothing.
 */
export class AgentHandshake implements Disposable {
  readonly #options: Omit<AgentHandshakeOptions, 'callKey'>;
  readonly #callKey: SecretBytes;
  readonly #entropy: Entropy;
  readonly #serial = new Serial();
  #state: AgentState<PendingOffer> = { name: 'idle' };

  /** @throws {RangeError} for a part of a wrong length */
  constructor({ callKey, ...options }: AgentHandshakeOptions) {
    checkLengths([
      ['contextHash', options.contextHash.length, HASH_BYTES],
      ['callKey', callKey.length, CALL_KEY_BYTES],
      ['userCommitment', options.userCommitment.length, HASH_BYTES],
    ]);
    this.#options = options;
    this.#callKey = new SecretBytes(callKey.expose(), 'call key');
    this.#entropy = options.entropy ?? systemEntropy;
  }

  get state(): AgentStateName {
    return this.#state.name;
  }

  /** The offer that no accept has answered, to send again after a while. */
  get unanswered(): Uint8Array<ArrayBuffer> | undefined {
    return this.#state.name === 'offered' ? this.#state.offered.frame : undefined;
  }

  /**
   * Begins an attempt and returns the offer to send. The attempt before is wiped.
   *
   * @throws {OracleCallError} `ERR_HANDSHAKE_STALE` when the number does not rise, `ERR_HANDSHAKE_CLOSED`,
   *   `ERR_HANDSHAKE_SIGNATURE` when the signer fails
   * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for a declaration that no user would take
   * @throws {RangeError} for a number or identity out of bounds
   */
  async begin(attempt: AttemptOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.#serial.run(async () => {
      try {
        const outcome = this.#apply({ kind: 'begin', offered: await this.#makeOffer(attempt) });
        if (outcome?.kind === 'refused') throw outcome.error;
      } catch (error) {
        throw this.#closedOr(error);
      }
      if (this.#state.name !== 'offered') throw new OracleCallError('ERR_HANDSHAKE_CLOSED');
      return this.#state.offered.frame;
    });
  }

  /** Takes an accept. `senderIdentity` is who sent it, as the SFU says. Never rejects. */
  async receive(frame: Uint8Array, senderIdentity: string): Promise<AgentOutcome> {
    let claimed: ClaimedFrame<'accept'>;
    try {
      claimed = claimFrame(frame, ['accept']);
    } catch (error) {
      return refusedBy(error);
    }
    return this.#serial.run(() => this.#take(claimed, senderIdentity));
  }

  /** Wipes everything, the session included. Idempotent. */
  close(): void {
    this.#apply({ kind: 'close' });
    this.#callKey.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #take(claimed: ClaimedFrame<'accept'>, senderIdentity: string): Promise<AgentOutcome> {
    try {
      const outcome = this.#apply(claimed) ?? this.#apply(await this.#verifyAccept(claimed, senderIdentity));
      return outcome ?? refusedBy(new OracleCallError('ERR_HANDSHAKE_ORDER'));
    } catch (error) {
      return refusedBy(this.#closedOr(error));
    }
  }

  /** Closing wipes keys under work that is under way. */
  #closedOr(error: unknown): unknown {
    return this.#state.name === 'closed' ? new OracleCallError('ERR_HANDSHAKE_CLOSED') : error;
  }

  /** One step of the machine; `undefined` when there is nothing to tell, or an accept to verify. */
  #apply(input: AgentInput<PendingOffer>): AgentOutcome | undefined {
    const { state, step, discarded } = reduceAgent(this.#state, input);
    this.#state = state;
    for (const one of discarded) one[Symbol.dispose]();
    if (step.effect === 'refuse') return refusedBy(new OracleCallError(step.code));
    if (state.name !== 'confirmed') return undefined;
    const { session, frame } = state;
    return step.effect === 'deliver-session' ? { kind: 'confirmed', session, frame } : { kind: 'resend', frame };
  }

  async #makeOffer({ attempt, userIdentity, agentIdentity }: AttemptOptions): Promise<PendingOffer> {
    const { contextHash, envelopeSignature, callId, identitySigner, hearing } = this.#options;
    for (const identity of [userIdentity, agentIdentity]) checkIdentity(identity);
    const { publicKey: ephemeralPublicKey, seed } = createXWingKeyPair(this.#entropy);
    const agentNonce = createComparisonNonce(this.#entropy);
    const ephemeral = {
      [Symbol.dispose]() {
        seed.destroy();
        agentNonce.destroy();
      },
    };
    try {
      const agentCommitment = commitmentTo(agentNonce.expose());
      const call = { contextHash, envelopeSignature, callId };
      const offered = { userIdentity, agentIdentity, hearing, agentCommitment, ephemeralPublicKey };
      const binding = { ...call, ...offered, attempt };
      const signature = await signHash(identitySigner, 'offer signature', offerHash(binding));
      const body = encodeOffer({ ...offered, signature });
      const header = { kind: 'offer', attempt, epoch: FIRST_EPOCH } as const;
      const frame = await sealMessage(this.#callKey, header, body, this.#entropy);
      return { attempt, userIdentity, agentIdentity, frame, ephemeral, binding, seed, agentNonce };
    } catch (error) {
      ephemeral[Symbol.dispose]();
      throw error;
    }
  }

  async #verifyAccept(claimed: ClaimedFrame, senderIdentity: string): Promise<AgentInput<PendingOffer>> {
    if (this.#state.name !== 'offered') throw new OracleCallError('ERR_HANDSHAKE_ORDER');
    const { attempt, userIdentity, agentIdentity, binding, seed, agentNonce } = this.#state.offered;
    if (claimed.epoch !== FIRST_EPOCH) throw new OracleCallError('ERR_HANDSHAKE_MALFORMED');
    if (senderIdentity !== userIdentity) throw new OracleCallError('ERR_HANDSHAKE_IDENTITY');
    const { callVerifier, identitySigner, userCommitment } = this.#options;
    const accept = decodeAccept(await openMessage(this.#callKey, claimed.bytes));
    const { encapsulation, userNonce } = accept;
    const transcript = transcriptHash({ ...binding, encapsulation, userNonce });
    await checkSignedHash(callVerifier, 'accept signature', transcript, accept.signature);
    checkCommitment(userNonce, userCommitment);
    using sharedSecret = decapsulateXWing(encapsulation, seed);
    const epoch = new Epoch({ chainKey: this.#callKey, sharedSecret, transcript, attempt, epoch: FIRST_EPOCH });
    try {
      if (!isConfirmationTag(accept.tag, epoch.userConfirm, transcript)) {
        throw new OracleCallError('ERR_HANDSHAKE_CONFIRMATION');
      }
      const revealed = new Uint8Array(agentNonce.expose());
      const code = comparisonCode({ transcript, userNonce, agentNonce: revealed });
      const body = encodeConfirm({
        agentNonce: revealed,
        signature: await signHash(identitySigner, 'confirm signature', transcript),
        tag: confirmationTag(epoch.agentConfirm, transcript),
      });
      const header = { kind: 'confirm', attempt, epoch: FIRST_EPOCH } as const;
      const frame = await sealMessage(this.#callKey, header, body, this.#entropy);
      const { hearing } = binding;
      const session = new CallSession(epoch, { userIdentity, agentIdentity, comparisonCode: code, hearing });
      return { kind: 'accept-verified', digest: claimed.digest, frame, session };
    } catch (error) {
      epoch.destroy();
      throw error;
    }
  }
}

/** An empty or overlong identity could never be accepted: misuse, told at once. */
function checkIdentity(identity: string): void {
  const length = new TextEncoder().encode(identity).length;
  if (length === 0 || length > IDENTITY_MAX_BYTES) {
    throw new RangeError(`An identity of 1 to ${IDENTITY_MAX_BYTES} bytes expected.`);
  }
}
