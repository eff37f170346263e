import { systemClock, type CallId, type OracleCallError } from '@oracle-calls/protocol';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import {
  AgentLink,
  UserLink,
  type ConfirmedAttempt,
  type FrameKeys,
  type LinkEvents,
  type SendFrame,
} from '@oracle-calls/protocol/secure-link';
import { createEd25519Verifier, createEs256kVerifier } from '@oracle-calls/protocol/signing';
import type { Signer } from '@oracle-calls/protocol/signing';
import { RoomParticipant, type RoomParticipantOptions } from './room-participant.ts';
import type { UserCall } from './user-call.ts';

/** What an end was told by its link. */
export class Told implements LinkEvents {
  readonly payloads: DataPayload[] = [];
  readonly refusals: string[] = [];
  attempt: ConfirmedAttempt | undefined;
  isPeerReady = false;
  epoch = 1;
  failure: string | undefined;
  readonly confirmed = (attempt: ConfirmedAttempt): void => void (this.attempt = attempt);
  readonly superseded = (): void => void (this.attempt = undefined);
  readonly peerReady = (): void => void (this.isPeerReady = true);
  readonly rekeyed = (epoch: number): void => void (this.epoch = epoch);
  readonly payload = (payload: DataPayload): void => void this.payloads.push(payload);
  readonly refused = (error: OracleCallError): void => void this.refusals.push(error.code);
  readonly failed = (error: OracleCallError): void => void (this.failure = error.code);
  readonly stalled = (): void => undefined;
}

/** A seat in the room, and who gets to see or change what its link does. */
export interface Seat extends Omit<RoomParticipantOptions, 'isEncrypted' | 'kind'> {
  /** In the place of the own participant's way of sending. */
  readonly wrapSend?: (send: SendFrame) => SendFrame;
  /** In the place of the own participant's frame keys. */
  readonly wrapKeys?: (keys: FrameKeys) => FrameKeys;
}

export interface CallEnd<Link> extends AsyncDisposable {
  readonly participant: RoomParticipant;
  readonly link: Link;
  readonly told: Told;
}

function callEnd<Link extends UserLink | AgentLink>(
  participant: RoomParticipant,
  told: Told,
  link: Link,
): CallEnd<Link> {
  participant.onFrame = ({ frame, from }) => link.receive(frame, from);
  return {
    participant,
    link,
    told,
    async [Symbol.asyncDispose]() {
      link.close();
      await participant[Symbol.asyncDispose]();
    },
  };
}

/** What of a call its user's end is made from. */
export type UserEndSecrets = Pick<UserCall, 'callKey' | 'sealed' | 'comparisonNonce' | 'callSigner'>;

/** The user's end of a call, in the SFU room. */
export async function joinAsUser(
  seat: Seat,
  callId: CallId,
  call: UserEndSecrets,
  oracle: { readonly keys: Pick<OracleKeys, 'identityKey'> },
): Promise<CallEnd<UserLink>> {
  const participant = await RoomParticipant.join({ ...seat, isEncrypted: true });
  const told = new Told();
  const { algorithm, publicKey } = oracle.keys.identityKey;
  const link = new UserLink({
    clock: systemClock,
    frameKeys: seat.wrapKeys?.(participant.frameKeys) ?? participant.frameKeys,
    send: seat.wrapSend?.(participant.sendFrame) ?? participant.sendFrame,
    events: told,
    handshake: {
      contextHash: call.sealed.envelope.contextHash,
      envelopeSignature: call.sealed.envelope.signature,
      callId,
      userIdentity: seat.identity,
      callKey: call.callKey,
      comparisonNonce: call.comparisonNonce,
      callSigner: call.callSigner,
      oracleVerifier: algorithm === 'Ed25519' ? createEd25519Verifier(publicKey) : createEs256kVerifier(publicKey),
    },
  });
  return callEnd(participant, told, link);
}

export interface OracleEndOptions {
  readonly seat: Seat;
  readonly callId: CallId;
  readonly call: Pick<UserCall, 'callKey' | 'sealed'>;
  /** Signs as the oracle: the identity key, or whatever an impostor has. */
  readonly identitySigner: Signer;
}

/** The oracle's end of a call; `link.begin` makes an offer. */
export async function joinAsOracle({
  seat,
  callId,
  call,
  identitySigner,
}: OracleEndOptions): Promise<CallEnd<AgentLink>> {
  const participant = await RoomParticipant.join({ ...seat, kind: 'agent', isEncrypted: true });
  const told = new Told();
  const { context, contextHash, signature } = call.sealed.envelope;
  const link = new AgentLink({
    clock: systemClock,
    frameKeys: seat.wrapKeys?.(participant.frameKeys) ?? participant.frameKeys,
    send: seat.wrapSend?.(participant.sendFrame) ?? participant.sendFrame,
    events: told,
    handshake: {
      contextHash,
      envelopeSignature: signature,
      callId,
      callKey: call.callKey,
      userCommitment: context.comparisonCommitment,
      identitySigner,
      callVerifier: createEd25519Verifier(context.callPublicKey),
      hearing: HEARD_HERE,
    },
  });
  return callEnd(participant, told, link);
}
