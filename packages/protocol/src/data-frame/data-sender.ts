import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { comparePositions, type EpochKeys } from '../key-schedule/epoch-keys.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import { Serial } from '../serial.ts';
import { DATA_COUNTER_LIMIT, dataNonce, encodeDataHeader } from './layout.ts';
import { encodePayload, type DataPayload } from './payload.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';

interface SendingKey {
  readonly keys: EpochKeys;
  readonly key: Promise<WebCryptoKey>;
  counter: number;
}

export interface DataSenderOptions {
  /** The direction in which this end sends. */
  readonly direction: MediaDirection;
  /** How many frames one key may seal; fewer only in tests. */
  readonly counterLimit?: number | undefined;
}

/**
 * Seals the data that one end sends, over all attempts and epochs of a call. Frames come out in the order in which payloads went in:
 * send them in that order. A resend is the same payload, with its id, sealed anew.
 */
export class DataSender {
  readonly #direction: MediaDirection;
  readonly #counterLimit: number;
  readonly #serial = new Serial();
  #current: SendingKey | undefined;

  constructor({ direction, counterLimit = DATA_COUNTER_LIMIT }: DataSenderOptions) {
    this.#direction = direction;
    this.#counterLimit = counterLimit;
  }

  /**
   * Seals under these keys from now on. Counters start at zero, so keys are never switched to twice.
   *
   * @throws {OracleCallError} `ERR_KEY_RETIRED` for keys that do not come after the current ones, or are wiped
   */
  switchTo(keys: EpochKeys): void {
    if (keys.isDestroyed || (this.#current !== undefined && comparePositions(keys, this.#current.keys) <= 0)) {
      throw new OracleCallError('ERR_KEY_RETIRED');
    }
    const key = crypto.subtle.importKey('raw', keys.data[this.#direction].expose(), 'AES-GCM', false, ['encrypt']);
    this.#current = { keys, key, counter: 0 };
  }

  /**
   * Seals one payload into a frame.
   *
   * @throws {OracleCallError} `ERR_KEY_MISSING` before the first key, `ERR_KEY_RETIRED` when the keys were wiped, `ERR_KEY_EXHAUSTED`
   *   after the last counter, and what {@link encodePayload} throws
   */
  async seal(payload: DataPayload): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = encodePayload(payload);
    return this.#serial.run(async () => {
      const current = this.#current;
      if (current === undefined) throw new OracleCallError('ERR_KEY_MISSING');
      const { keys } = current;
      if (keys.isDestroyed) throw new OracleCallError('ERR_KEY_RETIRED');
      if (current.counter >= this.#counterLimit) throw new OracleCallError('ERR_KEY_EXHAUSTED');
      // Taken before anything can fail: no counter is used twice.
      const counter = current.counter++;
      const { attempt, epoch } = keys;
      const clear = encodeDataHeader({ attempt, epoch, counter, kind: payload.kind });
      const algorithm = { name: 'AES-GCM', iv: dataNonce(counter), additionalData: clear };
      const sealed = await crypto.subtle.encrypt(algorithm, await current.key, bytes);
      return new ByteWriter().rest(clear).rest(new Uint8Array(sealed)).finish();
    });
  }
}
