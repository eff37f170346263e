import type { Room } from '@livekit/rtc-node';
import { SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import { setParticipantKey } from './participant-keys.ts';
import type { VoiceGate } from './voice-gate.ts';

/** Bytes of a media key. */
const KEY_BYTES = 32;

/** The media keys of a room: per participant and slot, in the binding's frame cryptors. */
export class RoomKeys implements FrameKeys {
  readonly #room: Room;
  readonly #identity: string;
  readonly #gate: Pick<VoiceGate, 'open' | 'shut' | 'slot'>;
  /** Where keys are: slots by identity, our own included. */
  readonly #slots = new Map<string, Set<number>>();
  readonly #wasKeyed = new Set<string>();

  constructor(room: Room, identity: string, gate: Pick<VoiceGate, 'open' | 'shut' | 'slot'>) {
    this.#room = room;
    this.#identity = identity;
    this.#gate = gate;
  }

  /** Who has a key here that was not retired. */
  get keyed(): ReadonlySet<string> {
    return new Set(this.#slots.keys());
  }

  /** Who ever had one: since then everything of theirs is sealed, if with a key that nobody has. */
  get wasKeyed(): ReadonlySet<string> {
    return this.#wasKeyed;
  }

  async installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void> {
    this.#set(participantIdentity, slot, key);
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    this.#set(this.#identity, slot, key);
    await this.#gate.open(slot);
  }

  async retire(slot: number): Promise<void> {
    if (this.#gate.slot === slot) this.#gate.shut();
    for (const [identity, slots] of this.#slots) {
      if (!slots.delete(slot)) continue;
      if (slots.size === 0) this.#slots.delete(identity);
      // The binding cannot forget a key, only replace it: by one that nobody has.
      using nobodys = SecretBytes.random(KEY_BYTES, "nobody's key");
      setParticipantKey(this.#room, identity, nobodys, slot);
    }
  }

  #set(identity: string, slot: number, key: SecretBytes): void {
    setParticipantKey(this.#room, identity, key, slot);
    this.#wasKeyed.add(identity);
    this.#slots.set(identity, (this.#slots.get(identity) ?? new Set()).add(slot));
  }
}
