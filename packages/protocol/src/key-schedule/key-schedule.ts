import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '@noble/curves/utils.js';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { EpochKeys, type DirectionKeys, type KeyPosition } from './epoch-keys.ts';
import { labelBytes, labelledHash } from './labelled-hash.ts';

/** Length of every key of the schedule, in bytes. */
export const SCHEDULE_KEY_BYTES = 32;

/** Length of a key confirmation, in bytes: HMAC-SHA-256. */
export const TAG_BYTES = 32;

export interface EpochInput extends KeyPosition {
  /** The call key for the first epoch, the previous epoch's master for every later one. */
  readonly chainKey: SecretBytes;
  /** The X-Wing shared secret. */
  readonly sharedSecret: SecretBytes;
  /** The hash of all that both ends said, 32 bytes. */
  readonly transcript: Uint8Array;
}

/** One epoch: its keys for media and data, and the chain's secrets, which the next epoch replaces. */
export class Epoch implements Disposable, KeyPosition {
  readonly attempt: number;
  readonly epoch: number;
  readonly transcript: Uint8Array<ArrayBuffer>;
  readonly master: SecretBytes;
  /** Key of the user's confirmation (`confirm` of the model). */
  readonly userConfirm: SecretBytes;
  /** Key of the agent's confirmation (`confirm2` of the model). */
  readonly agentConfirm: SecretBytes;
  /** Seals the messages of the rekey that ends this epoch. */
  readonly rekeySeal: SecretBytes;
  readonly keys: EpochKeys;

  /**
   * `HKDF(salt: chainKey, ikm: hash(sharedSecret, transcript))` gives master and confirmations; `HKDF(salt: master, ikm:
   * transcript)` the rest. RFC 5869 with SHA-256; both secrets must be broken to know the result.
   */
  constructor({ chainKey, sharedSecret, transcript, attempt, epoch }: EpochInput) {
    this.attempt = attempt;
    this.epoch = epoch;
    this.transcript = new Uint8Array(transcript);
    const position = { attempt, epoch };
    const shared = labelledHash('shared secret', [
      ['sharedSecret', sharedSecret.expose()],
      ['transcript', transcript],
    ]);
    const first = extract(sha256, shared, chainKey.expose());
    this.master = derive(first, 'master', position);
    this.userConfirm = derive(first, 'user confirm', position);
    this.agentConfirm = derive(first, 'agent confirm', position);
    const second = extract(sha256, transcript, this.master.expose());
    const forBoth = (purpose: string): DirectionKeys => ({
      'user-to-oracle': derive(second, `${purpose} user-to-oracle`, position),
      'oracle-to-user': derive(second, `${purpose} oracle-to-user`, position),
    });
    this.rekeySeal = derive(second, 'rekey seal', position);
    this.keys = new EpochKeys(position, forBoth('media'), forBoth('data'));
    for (const secret of [shared, first, second]) secret.fill(0);
  }

  /** Wipes what leads to the next epoch and leaves the keys, which frames on the way still need. */
  destroyChain(): void {
    for (const secret of [this.master, this.userConfirm, this.agentConfirm, this.rekeySeal]) secret.destroy();
  }

  destroy(): void {
    this.destroyChain();
    this.keys.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** The confirmation that its sender has the epoch's keys: HMAC-SHA-256 over the transcript. */
export function confirmationTag(confirmKey: SecretBytes, transcript: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hmac(sha256, confirmKey.expose(), transcript));
}

/** Compares in time that does not depend on where the first difference is. */
export function isConfirmationTag(tag: Uint8Array, confirmKey: SecretBytes, transcript: Uint8Array): boolean {
  return equalBytes(tag, confirmationTag(confirmKey, transcript));
}

/** `info` of every expansion: the prefixed label, attempt and epoch as u32. */
export function expansionInfo(label: string, { attempt, epoch }: KeyPosition): Uint8Array<ArrayBuffer> {
  return new ByteWriter().rest(labelBytes(label)).u32(attempt).u32(epoch).finish();
}

function derive(pseudoRandomKey: Uint8Array, label: string, position: KeyPosition): SecretBytes {
  const bytes = expand(sha256, pseudoRandomKey, expansionInfo(label, position), SCHEDULE_KEY_BYTES);
  const secret = new SecretBytes(bytes, label);
  bytes.fill(0);
  return secret;
}
