import { frameCryptorsOf, setParticipantKey, useSlot } from '@oracle-calls/node-media/seat';
import type { Room } from '@livekit/rtc-node';
import { SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import { until } from './until.ts';

/** A key that this caller seals or sealed its voice with. */
export interface SendingKey {
  readonly slot: number;
  readonly key: Uint8Array;
}

/** A test caller's media keys, in the binding's frame cryptors. */
export class CallerFrameKeys implements FrameKeys {
  readonly #room: Room;
  readonly #identity: string;
  readonly #slots = new Map<number, Set<string>>();
  /** Every key that the own voice was sealed with, oldest first: a caller that forgets nothing. */
  readonly sent: SendingKey[] = [];
  /** The slot that the own voice is sealed with. */
  sendingSlot: number | undefined;

  constructor(room: Room, identity: string) {
    this.#room = room;
    this.#identity = identity;
  }

  /** Slots that hold keys. */
  get occupied(): readonly number[] {
    return [...this.#slots.keys()];
  }

  /** Seals the own voice with a key of before, or again with the one that is due. */
  async sealWith({ slot, key }: SendingKey): Promise<void> {
    using copy = new SecretBytes(key.slice(), "a caller's key");
    setParticipantKey(this.#room, this.#identity, copy, slot);
    await until(() => this.#trySlot(slot), "the caller's own frame cryptor");
  }

  async installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void> {
    this.#set(participantIdentity, slot, key);
    return Promise.resolve();
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    this.#set(this.#identity, slot, key);
    this.sent.push({ slot, key: key.expose().slice() });
    await until(() => this.#trySlot(slot), "the caller's own frame cryptor");
    this.sendingSlot = slot;
  }

  async retire(slot: number): Promise<void> {
    for (const identity of this.#slots.get(slot) ?? []) {
      setParticipantKey(this.#room, identity, SecretBytes.random(32, "nobody's key"), slot);
    }
    this.#slots.delete(slot);
    if (this.sendingSlot === slot) this.sendingSlot = undefined;
    return Promise.resolve();
  }

  #set(identity: string, slot: number, key: SecretBytes): void {
    setParticipantKey(this.#room, identity, key, slot);
    this.#slots.set(slot, (this.#slots.get(slot) ?? new Set()).add(identity));
  }

  #trySlot(slot: number): boolean {
    const sids = [...(this.#room.localParticipant?.trackPublications.values() ?? [])].flatMap(({ sid }) => sid ?? []);
    for (const sid of sids) useSlot(this.#room, this.#identity, sid, slot);
    return sids.some((sid) => frameCryptorsOf(this.#room).some((one) => one.trackSid === sid && one.keyIndex === slot));
  }
}

/** The keys of a caller that encrypts no media: nowhere to put them. */
export const NO_FRAME_KEYS: FrameKeys = {
  installReceiving: () => Promise.resolve(),
  switchSending: () => Promise.resolve(),
  retire: () => Promise.resolve(),
};
