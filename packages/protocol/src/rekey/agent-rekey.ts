import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { CallSession } from '../handshake/call-session.ts';
import { claimFrame, refusedBy, type ClaimedFrame } from '../handshake/handshake-frame.ts';
import { openMessage, sealMessage } from '../handshake/sealing.ts';
import { systemEntropy, type Entropy } from '../kem/entropy.ts';
import { createXWingKeyPair, decapsulateXWing } from '../kem/x-wing.ts';
import { confirmationTag, Epoch, isConfirmationTag } from '../key-schedule/key-schedule.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { Serial } from '../serial.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { checkSignedHash, signHash } from '../signing/signed-hash.ts';
import {
  reduceAgentRekey,
  type AgentRekeyInput,
  type AgentRekeyState,
  type AgentRekeyStateName,
  type OfferedEpoch,
} from './agent-rekey-machine.ts';
import { checkExchange } from './check-exchange.ts';
import {
  decodeRekeyAccept,
  encodeRekeyConfirm,
  encodeRekeyOffer,
  rekeyOfferHash,
  rekeyTranscriptHash,
  type RekeyBinding,
} from './rekey-messages.ts';
import type { RekeyOutcome, RekeyStep } from './rekey-step.ts';

export interface AgentRekeyOptions {
  /** The session whose epochs are made; it owns the rekey and closes it. */
  readonly session: CallSession;
  /** The oracle's identity key. */
  readonly identitySigner: Signer;
  /** The key of this call alone, as in the handshake. */
  readonly callVerifier: Verifier;
  readonly entropy?: Entropy | undefined;
}

/** Everything about a rekey offer that the accept is checked against. */
interface PendingEpoch extends OfferedEpoch {
  readonly seed: SecretBytes;
  readonly binding: RekeyBinding;
}

/**
 * The agent's side of the rekeys of a session. It neither sends nor waits: give it what arrives, do what it says. A message that is
 * refused changes nothing.
 */
export class AgentRekey implements Disposable {
  readonly #options: AgentRekeyOptions;
  readonly #entropy: Entropy;
  readonly #serial = new Serial();
  #state: AgentRekeyState<PendingEpoch>;

  constructor(options: AgentRekeyOptions) {
    this.#options = options;
    this.#entropy = options.entropy ?? systemEntropy;
    this.#state = { name: 'steady', current: options.session.first };
    options.session.adopt(this);
  }

  get state(): AgentRekeyStateName {
    return this.#state.name;
  }

  /** The offer that no accept has answered, to send again after a while. */
  get unanswered(): Uint8Array<ArrayBuffer> | undefined {
    return this.#state.name === 'offered' ? this.#state.offered.frame : undefined;
  }

  /**
   * Begins the next epoch. Refused with `ERR_HANDSHAKE_ORDER` while the one before is not finished: when that lasts, a new attempt
   * is the way out. Never rejects.
   */
  async begin(): Promise<RekeyOutcome> {
    return this.#serial.run(async () => {
      try {
        return this.#apply({ kind: 'begin', offered: await this.#makeOffer() }) ?? { kind: 'ignored' };
      } catch (error) {
        return this.#refused(error);
      }
    });
  }

  /** Takes a rekey accept. `senderIdentity` is who sent it, as the SFU says. Never rejects. */
  async receive(frame: Uint8Array, senderIdentity: string): Promise<RekeyOutcome> {
    let claimed: ClaimedFrame<'rekey-accept'>;
    try {
      claimed = claimFrame(frame, ['rekey-accept']);
    } catch (error) {
      return refusedBy(error);
    }
    return this.#serial.run(() => this.#take(claimed, senderIdentity));
  }

  /** Something of the user's was opened under the keys of an epoch: data, or media. */
  peerSwitched(epoch: number): RekeyOutcome {
    return this.#apply({ kind: 'peer-switched', epoch }) ?? { kind: 'ignored' };
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

  async #take(claimed: ClaimedFrame<'rekey-accept'>, senderIdentity: string): Promise<RekeyOutcome> {
    try {
      const { session } = this.#options;
      if (this.#state.name !== 'closed') checkExchange(claimed, senderIdentity, session.userIdentity, session);
      return this.#apply(claimed) ?? this.#apply(await this.#verifyAccept(claimed)) ?? { kind: 'ignored' };
    } catch (error) {
      return this.#refused(error);
    }
  }

  /** Closing wipes keys under work that is under way. */
  #refused(error: unknown): RekeyOutcome {
    return refusedBy(this.state === 'closed' ? new OracleCallError('ERR_HANDSHAKE_CLOSED') : error);
  }

  /** One step of the machine; `undefined` asks for the verification of the frame. */
  #apply(input: AgentRekeyInput<PendingEpoch>): RekeyOutcome | undefined {
    const { state, transition, discarded, discardedSeed } = reduceAgentRekey(this.#state, input);
    this.#state = state;
    for (const epoch of discarded) epoch.destroy();
    discardedSeed?.[Symbol.dispose]();
    if (transition.effect === 'refuse') return refusedBy(new OracleCallError(transition.code));
    if (transition.effect === 'verify-accept') return undefined;
    if (state.name === 'closed' || transition.effect === 'ignore') return { kind: 'ignored' };
    const steps: RekeyStep[] = discarded.map(({ epoch }) => ({ do: 'retire', epoch }));
    if (state.name === 'offered') steps.push({ do: 'send', frame: state.offered.frame });
    if (state.name === 'draining') steps.push({ do: 'start-grace', epoch: state.previous.epoch });
    if (state.name === 'confirmed') {
      const { keys } = state.current;
      const isNew = transition.effect === 'install-confirm-switch';
      // What led to this epoch leads nowhere else: a later thief of the old chain learns nothing new.
      if (isNew) state.previous.destroyChain();
      if (isNew) steps.push({ do: 'install-receive', keys });
      steps.push({ do: 'send', frame: state.frame });
      if (isNew) steps.push({ do: 'switch-send', keys });
    }
    return { kind: 'steps', steps };
  }

  async #makeOffer(): Promise<PendingEpoch> {
    if (this.#state.name === 'closed') throw new OracleCallError('ERR_HANDSHAKE_CLOSED');
    // Said before a key pair is made; the table would refuse it too.
    if (this.#state.name === 'offered' || this.#state.name === 'confirmed') {
      throw new OracleCallError('ERR_HANDSHAKE_ORDER');
    }
    const { current } = this.#state;
    const { attempt } = current;
    const epoch = current.epoch + 1;
    const { publicKey: ephemeralPublicKey, seed } = createXWingKeyPair(this.#entropy);
    try {
      const binding = { previousTranscript: current.transcript, epoch, ephemeralPublicKey };
      const hash = rekeyOfferHash(binding);
      const signature = await signHash(this.#options.identitySigner, 'rekey offer signature', hash);
      const body = encodeRekeyOffer({ ephemeralPublicKey, signature });
      const header = { kind: 'rekey-offer', attempt, epoch } as const;
      const frame = await sealMessage(current.rekeySeal, header, body, this.#entropy);
      return { epoch, frame, seed, binding };
    } catch (error) {
      seed.destroy();
      throw error;
    }
  }

  async #verifyAccept(claimed: ClaimedFrame): Promise<AgentRekeyInput<PendingEpoch>> {
    if (this.#state.name !== 'offered') throw new OracleCallError('ERR_HANDSHAKE_ORDER');
    const { current, offered } = this.#state;
    const { attempt, epoch, digest } = claimed;
    const accept = decodeRekeyAccept(await openMessage(current.rekeySeal, claimed.bytes));
    const { encapsulation, signature, tag } = accept;
    const transcript = rekeyTranscriptHash({ ...offered.binding, encapsulation });
    await checkSignedHash(this.#options.callVerifier, 'rekey accept signature', transcript, signature);
    using sharedSecret = decapsulateXWing(encapsulation, offered.seed);
    const next = new Epoch({ chainKey: current.master, sharedSecret, transcript, attempt, epoch });
    try {
      if (!isConfirmationTag(tag, next.userConfirm, transcript))
        throw new OracleCallError('ERR_HANDSHAKE_CONFIRMATION');
      const body = encodeRekeyConfirm({
        signature: await signHash(this.#options.identitySigner, 'rekey confirm signature', transcript),
        tag: confirmationTag(next.agentConfirm, transcript),
      });
      const header = { kind: 'rekey-confirm', attempt, epoch } as const;
      const frame = await sealMessage(current.rekeySeal, header, body, this.#entropy);
      return { kind: 'accept-verified', next, digest, frame };
    } catch (error) {
      next.destroy();
      throw error;
    }
  }
}
