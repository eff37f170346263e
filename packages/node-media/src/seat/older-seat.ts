import { EncryptionType } from '@livekit/rtc-node';
import type { Room, RoomOptions } from '@livekit/rtc-node';
import { KeyDerivationFunction, SetSharedKeyRequest } from '@livekit/rtc-ffi-bindings';
import type { SecretBytes } from '@oracle-calls/protocol';
import type { TrackEvidence } from './track-evidence.ts';
import { requestE2ee } from './e2ee-request.ts';
import { KEY_PROVIDER_OPTIONS } from './participant-keys.ts';
import { RoomSeat } from './room-seat.ts';
import type { SeatAddress } from './room-seat.ts';
import type { DroppedKind, MutableSpeaker, OlderSeat, SeatEvents } from './sfu-seat.ts';

/** The only slot of the older protocol. */
const SLOT = 0;

/** Bytes of the key that nobody has, until the call's key is there. */
const PLACEHOLDER_BYTES = 32;

/** A seat of a call of the older protocol: LiveKit's shared key, derived with PBKDF2 as its clients do with a passphrase. */
export class LiveKitOlderSeat implements OlderSeat {
  readonly #seat: RoomSeat;
  readonly #keyed = new Set<string>();

  /** @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody */
  constructor(address: SeatAddress) {
    this.#seat = new RoomSeat({
      ...address,
      encryption: sharedKeyOptions(),
      data: 'none',
      keyed: () => this.#keyed,
      wasKeyed: () => this.#keyed,
    });
  }

  get speaker(): MutableSpeaker {
    return this.#seat.speaker;
  }

  get identity(): string {
    return this.#seat.identity;
  }

  get dropped(): Readonly<Record<DroppedKind, number>> {
    return this.#seat.dropped;
  }

  join(events: SeatEvents): Promise<void> {
    return this.#seat.join(events);
  }

  async admit(participantIdentity: string, callKey: SecretBytes): Promise<void> {
    setSharedKey(this.#seat.room, callKey);
    this.#keyed.add(participantIdentity).add(this.identity);
    this.#seat.admit(participantIdentity);
    await this.#seat.gate.open(SLOT);
  }

  sampleEvidence(): Promise<readonly TrackEvidence[]> {
    return this.#seat.sampleEvidence();
  }

  close(): Promise<void> {
    return this.#seat.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * A seat for a caller of the older protocol, whose call key reached the agent in a bare ECIES envelope.
 *
 * @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody
 */
export function createOlderSeat(address: SeatAddress): OlderSeat {
  return new LiveKitOlderSeat(address);
}

/** The library takes a room for one of shared keys when there is a key at once: one that nobody has, so that nothing leaks. */
function sharedKeyOptions(): Pick<RoomOptions, 'e2ee'> {
  return {
    e2ee: {
      encryptionType: EncryptionType.GCM,
      keyProviderOptions: {
        ...KEY_PROVIDER_OPTIONS,
        sharedKey: crypto.getRandomValues(new Uint8Array(PLACEHOLDER_BYTES)),
        keyDerivationFunction: KeyDerivationFunction.PBKDF2,
      },
    },
  };
}

/** The key is the *text* of the call key in hex: what older clients give LiveKit as a passphrase. */
function setSharedKey(room: Room, callKey: SecretBytes): void {
  const sharedKey = new TextEncoder().encode(Buffer.from(callKey.expose()).toString('hex'));
  try {
    requestE2ee(room, { case: 'setSharedKey', value: new SetSharedKeyRequest({ sharedKey, keyIndex: SLOT }) });
  } finally {
    sharedKey.fill(0);
  }
}
