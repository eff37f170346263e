import { OracleCallError } from '../errors/oracle-call-error.ts';
import { refusedBy, type RefusedOutcome } from '../handshake/handshake-frame.ts';
import { comparePositions, type EpochKeys, type KeyPosition } from '../key-schedule/epoch-keys.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import { Serial } from '../serial.ts';
import { dataNonce, splitDataFrame, type DataFrameParts } from './layout.ts';
import { decodePayload, type DataPayload } from './payload.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';

/** How many ids of payloads are remembered. A resend comes within seconds; this is minutes of captions at ten a second. */
export const REMEMBERED_PAYLOADS = 4_096;

export type DataOutcome =
  | {
      readonly kind: 'payload';
      readonly payload: DataPayload;
      /** Where the sender is: the agent's rekey wants to know that its peer has switched. */
      readonly position: KeyPosition;
      /** Frames of this epoch that never arrived before this one. */
      readonly missed: number;
    }
  /** A resend of a payload that was delivered: only its sender may want to hear so again. */
  | { readonly kind: 'duplicate'; readonly id: string; readonly position: KeyPosition }
  | RefusedOutcome;

interface ReceivingKey {
  readonly keys: EpochKeys;
  readonly key: Promise<WebCryptoKey>;
}

/**
 * Opens the data that the other end sends, over all attempts and epochs of a call. The order is strict: what does not come after
 * everything opened so far is refused, whoever repeated or delayed it.
 */
export class DataReceiver {
  readonly #direction: MediaDirection;
  readonly #serial = new Serial();
  readonly #delivered = new Set<string>();
  #installed: readonly ReceivingKey[] = [];
  /** Latest keys ever installed; older ones never come back. */
  #latest: KeyPosition | undefined;
  /** Place of the last frame that was opened. */
  #last: (KeyPosition & { readonly counter: number }) | undefined;

  /** `direction` is the one in which the other end sends. */
  constructor(direction: MediaDirection) {
    this.#direction = direction;
  }

  /**
   * Opens what comes under these keys too. Keys of an earlier attempt are dropped.
   *
   * @throws {OracleCallError} `ERR_KEY_RETIRED` for keys that do not come after the latest ones, or are wiped
   */
  install(keys: EpochKeys): void {
    if (keys.isDestroyed || (this.#latest !== undefined && comparePositions(keys, this.#latest) <= 0)) {
      throw new OracleCallError('ERR_KEY_RETIRED');
    }
    const key = crypto.subtle.importKey('raw', keys.data[this.#direction].expose(), 'AES-GCM', false, ['decrypt']);
    this.#latest = { attempt: keys.attempt, epoch: keys.epoch };
    this.#installed = [...this.#installed.filter(({ keys: { attempt } }) => attempt === keys.attempt), { keys, key }];
  }

  /** Opens nothing more of this epoch of the current attempt. */
  retire(epoch: number): void {
    this.#installed = this.#installed.filter(({ keys }) => keys.epoch !== epoch);
  }

  /** Opens a frame from outside. Never rejects; a frame that does not open changes nothing. */
  async open(frame: Uint8Array): Promise<DataOutcome> {
    let parts: DataFrameParts;
    try {
      parts = splitDataFrame(frame);
    } catch (error) {
      return refusedBy(error);
    }
    return this.#serial.run(async () => {
      try {
        return await this.#open(parts);
      } catch (error) {
        return refusedBy(error);
      }
    });
  }

  async #open({ header, clear, sealed }: DataFrameParts): Promise<DataOutcome> {
    const { attempt, epoch, counter, kind } = header;
    const position = { attempt, epoch };
    const receiving = this.#keyFor(position);
    const last = this.#last;
    const order = last === undefined ? 1 : comparePositions(position, last) || counter - last.counter;
    if (order <= 0) throw new OracleCallError('ERR_DATA_REPLAYED');
    const algorithm = { name: 'AES-GCM', iv: dataNonce(counter), additionalData: clear };
    let opened: ArrayBuffer;
    try {
      opened = await crypto.subtle.decrypt(algorithm, await receiving.key, sealed);
    } catch (cause) {
      throw new OracleCallError('ERR_DATA_OPEN', undefined, { cause });
    }
    // The epoch may have been retired, or its keys wiped, meanwhile.
    if (this.#keyFor(position) !== receiving) throw new OracleCallError('ERR_KEY_RETIRED');
    this.#last = { ...position, counter };
    const payload = decodePayload(kind, new Uint8Array(opened));
    if (this.#delivered.has(payload.id)) return { kind: 'duplicate', id: payload.id, position };
    this.#remember(payload.id);
    const isSameEpoch = last !== undefined && comparePositions(position, last) === 0;
    return { kind: 'payload', payload, position, missed: isSameEpoch ? counter - last.counter - 1 : counter };
  }

  #keyFor(position: KeyPosition): ReceivingKey {
    const latest = this.#latest;
    if (latest === undefined || comparePositions(position, latest) > 0) throw new OracleCallError('ERR_KEY_MISSING');
    const found = this.#installed.find(({ keys }) => comparePositions(keys, position) === 0);
    if (found === undefined || found.keys.isDestroyed) throw new OracleCallError('ERR_KEY_RETIRED');
    return found;
  }

  #remember(id: string): void {
    this.#delivered.add(id);
    if (this.#delivered.size <= REMEMBERED_PAYLOADS) return;
    // A set keeps the order of insertion: the first is the oldest.
    for (const oldest of this.#delivered) {
      this.#delivered.delete(oldest);
      break;
    }
  }
}
