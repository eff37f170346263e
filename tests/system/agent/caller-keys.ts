import { frameCryptorsOf, setParticipantKey, useSlot } from '@oracle-calls/agent';
import type { Room } from '@livekit/rtc-node';
import { SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys } from '@oracle-calls/protocol/secure-link';
import { until } from './until.ts';

/** A test caller's media keys, in the binding's frame cryptors. */
export class CallerFrameKeys implements FrameKeys {
  readonly #room: Room;
  readonly #identity: string;
  readonly #slots = new Map<number, Set<string>>();
  /** The slot that the own voice is sealed with. */
  sendingSlot: number | undefined;

  constructor(room: Room, identity: string) {
    this.#room = room;
    this.#identity = identity;
  }

  async installReceiving(participantIdentity: string, slot: number, key: SecretBytes): Promise<void> {
    this.#set(participantIdentity, slot, key);
    return Promise.resolve();
  }

  async switchSending(slot: number, key: SecretBytes): Promise<void> {
    this.#set(this.#identity, slot, key);
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
