import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import { createDidResolver, readOracleKeys, resolveUserKey } from '@oracle-calls/protocol/did';
import { DataReceiver } from '@oracle-calls/protocol/data-frame';
import { parseOracleKeyFile, type OracleKey } from '@oracle-calls/protocol/envelope';
import {
  decodeAccept,
  decodeOffer,
  decapsulateXWing,
  readFrameHeader,
  transcriptHash,
  type Accept,
  type FrameKind,
  type TranscriptBinding,
} from '@oracle-calls/protocol/handshake';
import { Epoch, isConfirmationTag } from '@oracle-calls/protocol/key-schedule';
import {
  openSignedEnvelope,
  ownOracleKeys,
  parseSignedEnvelope,
  type SignedEnvelope,
} from '@oracle-calls/protocol/signed-envelope';
import type { DIDDocument } from 'did-resolver';
import { openHandshakeMessage } from '../handshake-seal.ts';
import type { CallLeaks } from './ends-messages.ts';

/** What the backend and everybody on the way sees of a call before anybody speaks. */
export type SeenOfCall = Pick<CallLeaks, 'envelopeHex' | 'document'>;

type Bytes = Uint8Array<ArrayBuffer>;

export const bytesOf = (hex: string): Bytes => new Uint8Array(Buffer.from(hex, 'hex'));
export const secretOf = (hex: string): SecretBytes => new SecretBytes(bytesOf(hex), 'stolen');

export const documentOf = ({ document }: Pick<CallLeaks, 'document'>): DIDDocument =>
  // The stack of the ends wrote it.
  JSON.parse(document) as DIDDocument;

/** The call key of an envelope, for the holder of the oracle's key file. @throws when it does not open */
export async function openEnvelope(seen: SeenOfCall, keyFile: string): Promise<SecretBytes> {
  const envelope = parseSignedEnvelope(seen.envelopeHex);
  const oracle = ownOracleKeys(parseOracleKeyFile(keyFile), readOracleKeys(documentOf(seen)));
  const { userDid, userSigningKey } = envelope.context;
  // A `did:key`, which says its key itself.
  const user = await resolveUserKey(userDid, userSigningKey.methodId, createDidResolver());
  return await openSignedEnvelope({
    envelope,
    expected: envelope.context,
    userKey: user.signingKey,
    oracle,
    envelopePrivateKey: oracle.envelopePrivateKey,
    now: systemClock.now(),
  });
}

/** The handshake of a recorded call, opened. */
export interface OpenedHandshake {
  readonly attempt: number;
  readonly accept: Accept;
  readonly binding: TranscriptBinding;
}

/** Opens the messages of the first handshake among recorded frames, which the call key alone seals. */
export async function openHandshake(
  frames: readonly Bytes[],
  callKey: SecretBytes,
  { contextHash, signature }: Pick<SignedEnvelope, 'contextHash' | 'signature'>,
  callId: string,
): Promise<OpenedHandshake> {
  const first = (kind: FrameKind): Bytes => {
    const found = frames.find((frame) => readFrameHeader(frame).kind === kind);
    if (found === undefined) throw new Error(`No ${kind} was recorded.`);
    return found;
  };
  const { attempt } = readFrameHeader(first('offer'));
  const offer = decodeOffer(openHandshakeMessage(callKey, first('offer')));
  const accept = decodeAccept(openHandshakeMessage(callKey, first('accept')));
  const { encapsulation, userNonce } = accept;
  const binding = { ...offer, contextHash, envelopeSignature: signature, callId, attempt, encapsulation, userNonce };
  return { attempt, accept, binding };
}

/** Every secret that the thief can think of in the place of the one that the two ends have exchanged. */
function guesses({ accept }: OpenedHandshake, callKey: SecretBytes, stolen: OracleKey): readonly SecretBytes[] {
  const known = [callKey, stolen.privateKey, stolen.envelopePrivateKey, stolen.identityPrivateKey].filter(
    (secret) => secret !== undefined,
  );
  // Long-lived keys as that of the exchange, then as what came out of it; at last, that there was none.
  const exchanged = known.map((secret) => decapsulateXWing(accept.encapsulation, secret));
  return [...exchanged, ...known, new SecretBytes(new Uint8Array(32), 'nothing')];
}

export interface DerivedKeys {
  readonly epoch: Epoch;
  /** The keys are those of the call: the recorded confirmation is theirs. */
  readonly areRight: boolean;
}

/** Derives the keys of a call's first epoch from what is stolen, as well as that goes. */
export function deriveKeys(opened: OpenedHandshake, callKey: SecretBytes, keyFile: string): DerivedKeys {
  const transcript = transcriptHash(opened.binding);
  const { attempt, accept } = opened;
  const epochs = guesses(opened, callKey, parseOracleKeyFile(keyFile)).map(
    (sharedSecret) => new Epoch({ chainKey: callKey, sharedSecret, transcript, attempt, epoch: 1 }),
  );
  const right = epochs.find(({ userConfirm }) => isConfirmationTag(accept.tag, userConfirm, transcript));
  const epoch = right ?? epochs.at(-1);
  if (epoch === undefined) throw new Error('Nothing was guessed.');
  return { epoch, areRight: right !== undefined };
}

/** What the user wrote, as far as recorded frames open. */
export async function readWords(frames: readonly Bytes[], { keys }: Epoch): Promise<readonly string[]> {
  const receiver = new DataReceiver('user-to-oracle');
  receiver.install(keys);
  const words: string[] = [];
  for (const frame of frames) {
    const outcome = await receiver.open(frame);
    if (outcome.kind === 'payload' && outcome.payload.kind === 'chat') words.push(outcome.payload.text);
  }
  return words;
}
