import type { VoiceGate } from './voice-gate.ts';

/** The gates of everything that this side sends: one slot for all, and the same rule for each. */
export class OwnGates implements Pick<
  VoiceGate,
  'open' | 'shut' | 'slot' | 'onInterrupted' | 'onReconnected' | 'onRepublished'
> {
  readonly #gates: VoiceGate[];

  constructor(voice: VoiceGate) {
    this.#gates = [voice];
  }

  get slot(): number | undefined {
    return this.#gates[0]?.slot;
  }

  /** Another track is sent from now on, under the key that the voice has. @throws as {@link VoiceGate.open} */
  async add(gate: VoiceGate): Promise<void> {
    this.#gates.push(gate);
    if (this.slot !== undefined) await gate.open(this.slot);
  }

  /** @throws as {@link VoiceGate.open} */
  open(slot: number): Promise<void> {
    return this.#all((gate) => gate.open(slot));
  }

  shut(): void {
    for (const gate of this.#gates) gate.shut();
  }

  onInterrupted(): void {
    for (const gate of this.#gates) gate.onInterrupted();
  }

  /** @throws as {@link VoiceGate.open} */
  onReconnected(): Promise<void> {
    return this.#all((gate) => gate.onReconnected());
  }

  /** @throws as {@link VoiceGate.open} */
  onRepublished(): Promise<void> {
    return this.#all((gate) => gate.onRepublished());
  }

  async #all(work: (gate: VoiceGate) => Promise<void>): Promise<void> {
    await Promise.all(this.#gates.map(work));
  }
}
