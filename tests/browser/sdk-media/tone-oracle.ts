import { parseDid, parseSfuRoomName, SecretBytes, systemClock } from '@oracle-calls/protocol';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import { createX25519KeyPair } from '@oracle-calls/protocol/envelope';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { AgentLink, type ConfirmedAttempt } from '@oracle-calls/protocol/secure-link';
import { openSignedEnvelope, parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Signer, createEd25519Verifier, signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import { RoomEvent } from '@livekit/rtc-node';
import { joinKeyed, type KeyedParticipant } from '../frame-cryptor/keyed-participant.ts';
import type { OracleKeysHex, PlacedCall } from './media-page.ts';
import type { SfuAccess } from './tone-participant.ts';

export const ORACLE_DID = parseDid('did:ixo:oracle456');

/** An oracle with independent keys. */
export interface OracleIdentity {
  readonly identityPrivateKey: SecretBytes;
  readonly envelopePrivateKey: SecretBytes;
  readonly keys: OracleKeys;
  /** For the page. */
  readonly hex: OracleKeysHex;
}

export function createOracleIdentity(): OracleIdentity {
  const identityPrivateKey = SecretBytes.random(32, 'identity key of the test');
  const envelope = createX25519KeyPair();
  const publicKey = signingPublicKeyOf('Ed25519', identityPrivateKey);
  return {
    identityPrivateKey,
    envelopePrivateKey: envelope.privateKey,
    keys: {
      did: ORACLE_DID,
      envelopeKey: { methodId: `${ORACLE_DID}#envelope`, suite: 'hpke-x25519', publicKey: envelope.publicKey },
      identityKey: { methodId: `${ORACLE_DID}#identity`, algorithm: 'Ed25519', publicKey },
      areIndependent: true,
      offersXWing: false,
    },
    hex: {
      identityKey: Buffer.from(publicKey).toString('hex'),
      envelopeKey: Buffer.from(envelope.publicKey).toString('hex'),
    },
  };
}

export interface ToneOracleOptions extends SfuAccess {
  readonly call: PlacedCall;
  readonly oracle: OracleIdentity;
  readonly userIdentity: string;
  readonly identity: string;
  readonly toneHz: number;
  /** Signs the handshake; the oracle's own identity key unless an impostor is played. */
  readonly signsWith?: SecretBytes | undefined;
  /** Which media keys it really installs: those agreed on, others, or its own under the user's name too. */
  readonly mediaKeys?: 'agreed' | 'wrong' | 'own-for-both' | undefined;
  readonly rekeyIntervalMs?: number | undefined;
}

/** An oracle in Node that proves itself, hums one tone and listens. */
export interface ToneOracle extends KeyedParticipant {
  readonly attempts: readonly ConfirmedAttempt[];
  /** Epochs that it went on to, oldest first. */
  readonly epochs: readonly number[];
  /** Slots that hold keys: of the epoch under way, and of the one before until its grace is over. */
  readonly slots: ReadonlySet<number>;
  /** Media keys as agreed on, by who seals with them, with their slots. */
  readonly mediaKeys: ReadonlyMap<string, { readonly slot: number; readonly key: Uint8Array }>;
  begin(attempt: number): Promise<void>;
  /** Resolves when a participant of this identity enters the room, from now on. */
  entered(participantIdentity: string): Promise<void>;
  /** Seals what it sends with a key that it has put aside. */
  sealWith(slot: number, key: Uint8Array): void;
}

async function openCallKey({ call, oracle }: ToneOracleOptions) {
  const envelope = parseSignedEnvelope(call.envelopeHex);
  const callKey = await openSignedEnvelope({
    envelope,
    expected: {
      callType: 'audio',
      sfuRoomName: parseSfuRoomName(call.sfuRoomName),
      sessionId: call.sessionId,
      userDid: parseDid(call.user.did),
      matrixRoomId: call.matrixRoomId,
      matrixSender: call.matrixSender,
      matrixOracle: call.matrixOracle,
      ringEventId: undefined,
    },
    userKey: {
      methodId: call.user.methodId,
      algorithm: 'Ed25519',
      publicKey: Buffer.from(call.user.publicKeyHex, 'hex'),
    },
    oracle: oracle.keys,
    now: Date.now(),
    envelopePrivateKey: oracle.envelopePrivateKey,
  });
  return { envelope, callKey };
}

export async function joinAsOracle(options: ToneOracleOptions): Promise<ToneOracle> {
  const { call, oracle, userIdentity, identity } = options;
  const { envelope, callKey } = await openCallKey(options);
  const participant = await joinKeyed({ ...options, sfuRoomName: call.sfuRoomName });
  const attempts: ConfirmedAttempt[] = [];
  const epochs: number[] = [];
  const slots = new Set<number>();
  const mediaKeys = new Map<string, { readonly slot: number; readonly key: Uint8Array }>();
  const install = (owner: string, slot: number, key: SecretBytes): void => {
    slots.add(slot);
    mediaKeys.set(owner, { slot, key: key.expose().slice() });
    const isWrong = options.mediaKeys === 'wrong';
    participant.setKey(owner, slot, isWrong ? crypto.getRandomValues(new Uint8Array(32)) : key.expose());
    if (options.mediaKeys === 'own-for-both') participant.setKey(userIdentity, slot, key.expose());
  };
  const link = new AgentLink({
    clock: systemClock,
    rekeyIntervalMs: options.rekeyIntervalMs,
    frameKeys: {
      installReceiving: async (owner, slot, key) => install(owner, slot, key),
      async switchSending(slot, key) {
        install(identity, slot, key);
        participant.sendWith(slot);
      },
      async retire(slot) {
        slots.delete(slot);
        for (const owner of [identity, userIdentity]) {
          participant.setKey(owner, slot, crypto.getRandomValues(new Uint8Array(32)));
        }
      },
    },
    async send(frame, to) {
      const { localParticipant } = participant.room;
      await localParticipant?.publishData(frame, {
        reliable: true,
        topic: FRAME_TOPIC,
        destination_identities: [to],
      });
    },
    events: {
      confirmed: (attempt) => void attempts.push(attempt),
      superseded: () => undefined,
      peerReady: () => undefined,
      rekeyed: (epoch) => void epochs.push(epoch),
      payload: () => undefined,
      refused: () => undefined,
      failed: () => undefined,
      stalled: () => undefined,
    },
    handshake: {
      contextHash: envelope.contextHash,
      envelopeSignature: envelope.signature,
      callId: call.callId,
      callKey,
      userCommitment: envelope.context.comparisonCommitment,
      identitySigner: createEd25519Signer(options.signsWith ?? oracle.identityPrivateKey),
      callVerifier: createEd25519Verifier(envelope.context.callPublicKey),
      hearing: HEARD_HERE,
    },
  });
  participant.room.on(RoomEvent.DataReceived, (frame, sender, _kind, topic) => {
    if (topic === FRAME_TOPIC) link.receive(frame, sender?.identity);
  });
  return {
    ...participant,
    attempts,
    epochs,
    slots,
    mediaKeys,
    entered: (wanted) =>
      new Promise((resolve) => {
        participant.room.on(RoomEvent.ParticipantConnected, (who) => {
          if (who.identity === wanted) resolve();
        });
      }),
    sealWith(slot, key) {
      participant.setKey(identity, slot, key);
      participant.sendWith(slot);
    },
    begin: (attempt) => link.begin({ attempt, userIdentity, agentIdentity: identity }),
    async [Symbol.asyncDispose]() {
      link.close();
      await participant[Symbol.asyncDispose]();
    },
  };
}
