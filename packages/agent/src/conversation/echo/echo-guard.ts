import type { Clock } from '@oracle-calls/protocol';
import { BANDS, BandEnergies, ECHO_SAMPLE_RATE, SILENCE_DB, SLOT_MS } from './band-energies.ts';

/** An echo comes back within this time, in ms: a loudspeaker's and a microphone's buffers, and the way through the network and back. */
const LATEST_MS = 650;
const LATEST_SLOTS = Math.ceil(LATEST_MS / SLOT_MS);
/** How much of what was played and heard is remembered, in measurements: three seconds. */
const MEMORY_SLOTS = 192;
/** What is heard says something about the echo only once it is seen whether it was the user: measurements that wait, half a second. */
const HELD_SLOTS = 30;
/** From so many measurements with the oracle's voice in them on it is known whether there is an echo: a late one would have come. */
const KNOWN_SLOTS = LATEST_SLOTS + 16;
/** A band is the user's when it is so much louder than the echo could be, in decibels; in so many bands, in two of four measurements. */
const EXCESS_DB = 6;
/** The same as long as no delay was found. */
const EXCESS_ANY_DELAY_DB = 15;
const EXCESS_BANDS = 3;
/** And so much louder than the room. */
const ABOVE_ROOM_DB = 9;
/** The oracle's voice is audible in a band from here on, in decibels under full scale. */
const AUDIBLE_DB = -55;
/** A busy process hears late and then much at once, in measurements: half a second. The microphone itself never pauses. */
const HEARD_LATE_SLOTS = 32;
/** So alike are what was played and what is heard when one is the other's echo: of a third of a second, and of the second that shows the delay. */
const ALIKE = 0.62;
const COMPARED_SLOTS = 18;
const DELAY_ALIKE = 0.75;
const DELAY_SLOTS = 48;
const PURE = 0.85;
const PURE_SLOTS = 12;
/** The delay is looked for after so many measurements. */
const DELAY_EVERY = 8;
/** An echo's own reverberation: it is looked for this long after its sound, and fades by so many decibels a measurement. */
const REVERB_SLOTS = 12;
const REVERB_FADE_DB = 1.5;
/** Louder echoes are believed fast, weaker ones slowly: a pause within a word is no proof that the loudspeaker was turned down. */
const RISE = 0.35;
const FALL = 0.03;

type Slot = { readonly index: number; readonly decibels: Float32Array };

/**
 * Knows the oracle's own voice when it comes back in the user's microphone. It finds out after what delay that is, measures band by band how loud the echo is of what was
 * played, and takes for the user what is louder than that: so it also hears who speaks over an echo.
 */
export class EchoGuard {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ownBands = new BandEnergies();
  readonly #heardBands = new BandEnergies();
  readonly #playedCount = new SlotCount(1);
  readonly #heardCount = new SlotCount(HEARD_LATE_SLOTS);
  readonly #played = new Map<number, Float32Array>();
  readonly #heard: Slot[] = [];
  /** What was heard while the oracle's voice was about, from before it is known whether the user was in it. */
  readonly #undecided: Slot[] = [];
  readonly #pathDb = new Float32Array(BANDS).fill(SILENCE_DB);
  readonly #roomDb = new Float32Array(BANDS).fill(SILENCE_DB + 20);
  #learned = 0;
  /** In measurements, once it is known. */
  #delay: number | undefined;
  #isUserSpeaking = false;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The oracle's voice, and when its first sample sounds. A whole multiple of {@link ECHO_SAMPLE_RATE} in hertz; of other rates nothing is known. */
  played(samples: Int16Array, sampleRate: number, soundsAt: number): void {
    const ratio = sampleRate / ECHO_SAMPLE_RATE;
    if (!Number.isInteger(ratio)) return;
    this.#ownBands.push(thinned(samples, ratio), (decibels, taken) => {
      const index = this.#playedCount.at(soundsAt + (taken / ECHO_SAMPLE_RATE) * 1000);
      this.#played.set(index, decibels);
      this.#played.delete(index - MEMORY_SLOTS);
    });
    if (this.#played.size > 2 * MEMORY_SLOTS) this.#forget();
  }

  /** What was to sound from now on is not played. */
  fellSilent(): void {
    const now = slotAt(this.#clock.now());
    for (const index of this.#played.keys()) if (index > now) this.#played.delete(index);
  }

  /** The user's microphone: samples of −1…1, the last of them heard now. */
  heard(samples: Float32Array, isVoice: boolean): void {
    const now = this.#clock.now();
    this.#heardBands.push(samples, (decibels, taken) => {
      const index = this.#heardCount.at(now - ((samples.length - taken) / ECHO_SAMPLE_RATE) * 1000);
      this.#take({ index, decibels }, isVoice);
    });
  }

  /** Whether what is heard now is nothing but the oracle. */
  get isEcho(): boolean {
    const last = this.#heard.at(-1);
    if (last === undefined || !this.#isAbout(last.index)) return false;
    if (this.#delay === undefined && this.#learned < KNOWN_SLOTS) return this.#alike(COMPARED_SLOTS).likeness >= ALIKE;
    if (this.#isPureEcho()) return true;
    const loud = this.#heard.slice(-4).filter((slot) => this.#isBeyondEcho(slot));
    return loud.length < 2;
  }

  /** Whether an echo may be in what is heard now: the oracle's voice is about, and it is not known that none comes back. */
  get mayEcho(): boolean {
    const last = this.#heard.at(-1);
    if (last === undefined || !this.#isAbout(last.index)) return false;
    return this.#delay !== undefined || this.#learned < KNOWN_SLOTS;
  }

  /** The user begins to speak: nothing is learned of it. */
  userSpeaks(): void {
    this.#isUserSpeaking = true;
  }

  /** The user is silent again; with `wasEcho` it was the oracle all the while, which tells how loud its echo is. */
  userSilent({ wasEcho }: { readonly wasEcho: boolean }): void {
    this.#isUserSpeaking = false;
    if (wasEcho) for (const slot of this.#undecided) this.#learn(slot);
    this.#undecided.length = 0;
  }

  #take(slot: Slot, isVoice: boolean): void {
    this.#heard.push(slot);
    if (this.#heard.length > DELAY_SLOTS) this.#heard.shift();
    if (!isVoice && !this.#isAbout(slot.index)) this.#learnRoom(slot);
    if (!this.#isAbout(slot.index)) return;
    if (isVoice && slot.index % DELAY_EVERY === 0) this.#findDelay();
    // No user is in it: nothing to wait for.
    if (isVoice && this.#isPureEcho()) return this.#learn(slot);
    this.#undecided.push(slot);
    if (this.#undecided.length <= HELD_SLOTS) return;
    const oldest = this.#undecided.shift();
    if (oldest !== undefined && !this.#isUserSpeaking) this.#learn(oldest);
  }

  /** Whether the oracle's voice, or an echo of it, may be in the room. */
  #isAbout(index: number): boolean {
    for (let i = index - LATEST_SLOTS; i <= index; i++) {
      if (this.#played.get(i)?.some((decibels) => decibels > AUDIBLE_DB) === true) return true;
    }
    return false;
  }

  /** How loud a band was in that of which this may be the echo: all that was played lately, while the delay is not known. */
  #loudest(index: number, band: number): number {
    let loudest = SILENCE_DB;
    const delay = this.#delay;
    const [first, last, fade] =
      delay === undefined
        ? [index - LATEST_SLOTS, index, 0]
        : [index - delay - REVERB_SLOTS, index - delay + 1, REVERB_FADE_DB];
    for (let i = first; i <= last; i++) {
      const faded = fade * Math.max(0, last - 2 - i);
      loudest = Math.max(loudest, (this.#played.get(i)?.[band] ?? SILENCE_DB) - faded);
    }
    return loudest;
  }

  #findDelay(): void {
    if (this.#heard.length < DELAY_SLOTS) return;
    const { likeness, delay } = this.#alike(DELAY_SLOTS);
    if (likeness < DELAY_ALIKE || this.#delay === delay) return;
    const isNew = this.#delay === undefined;
    this.#delay = delay;
    if (!isNew) return;
    // What was measured without the delay is worth nothing beside this.
    this.#learned = 0;
    for (const slot of this.#heard) this.#learn(slot);
  }

  #isBeyondEcho({ index, decibels }: Slot): boolean {
    let bands = 0;
    const excessDb = this.#delay === undefined ? EXCESS_ANY_DELAY_DB : EXCESS_DB;
    for (const [band, level] of decibels.entries()) {
      const echo = this.#loudest(index, band) + (this.#pathDb[band] ?? 0);
      if (level > echo + excessDb && level > (this.#roomDb[band] ?? 0) + ABOVE_ROOM_DB) bands += 1;
    }
    return bands >= EXCESS_BANDS;
  }

  #learn({ index, decibels }: Slot): void {
    let isAudible = false;
    for (const [band, level] of decibels.entries()) {
      const own = this.#loudest(index, band);
      if (own <= AUDIBLE_DB) continue;
      isAudible = true;
      const seen = level - own;
      const known = this.#pathDb[band] ?? SILENCE_DB;
      this.#pathDb[band] = this.#learned === 0 ? seen : known + (seen > known ? RISE : FALL) * (seen - known);
    }
    if (isAudible) this.#learned += 1;
  }

  #learnRoom({ decibels }: Slot): void {
    for (const [band, level] of decibels.entries()) {
      const known = this.#roomDb[band] ?? level;
      this.#roomDb[band] = known + (level > known ? 0.02 : 0.2) * (level - known);
    }
  }

  /** The last fifth of a second is what was played, and hardly anything else. */
  #isPureEcho(): boolean {
    const delay = this.#delay;
    return delay !== undefined && this.#likeness(PURE_SLOTS, delay) >= PURE;
  }

  /** At which delay the last measurements are most alike to what was played, and how much: 1 is the same. */
  #alike(slots: number): { readonly likeness: number; readonly delay: number } {
    let best = { likeness: 0, delay: 0 };
    for (let delay = 1; delay <= LATEST_SLOTS; delay++) {
      const likeness = this.#likeness(slots, delay);
      if (likeness > best.likeness) best = { likeness, delay };
    }
    return best;
  }

  #likeness(slots: number, delay: number): number {
    const heard = this.#heard.slice(-slots);
    return correlation(
      heard.map(({ index, decibels }) => [decibels, this.#played.get(index - delay) ?? SILENT] as const),
    );
  }

  #forget(): void {
    const oldest = slotAt(this.#clock.now()) - MEMORY_SLOTS;
    for (const index of this.#played.keys()) if (index < oldest) this.#played.delete(index);
  }
}

const SILENT = new Float32Array(BANDS).fill(SILENCE_DB);

/** Numbers the measurements of one stream by their instants: one after the other as long as those are off by no more than is usual. */
class SlotCount {
  readonly #usual: number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(usual: number) {
    this.#usual = usual;
  }

  at(instant: number): number {
    const index = slotAt(instant);
    return (this.#last = Math.abs(index - this.#last - 1) <= this.#usual ? this.#last + 1 : index);
  }
}

const slotAt = (instant: number): number => Math.floor(instant / SLOT_MS);

/** Every so many samples their mean: enough of a filter for measuring bands far below. */
function thinned(samples: Int16Array, ratio: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / ratio) }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < ratio; j++) sum += samples[i * ratio + j] ?? 0;
    return sum / ratio / 32_768;
  });
}

/** Pearson's correlation over all bands, each band's own mean taken off: what all speech has in common is no sign of an echo. */
function correlation(pairs: readonly (readonly [Float32Array, Float32Array])[]): number {
  let [products, heardSquares, playedSquares] = [0, 0, 0];
  for (let band = 0; band < BANDS; band++) {
    let [heardMean, playedMean] = [0, 0];
    for (const [heard, played] of pairs) {
      heardMean += (heard[band] ?? 0) / pairs.length;
      playedMean += (played[band] ?? 0) / pairs.length;
    }
    for (const [heard, played] of pairs) {
      const a = (heard[band] ?? 0) - heardMean;
      const b = (played[band] ?? 0) - playedMean;
      products += a * b;
      heardSquares += a * a;
      playedSquares += b * b;
    }
  }
  return products / Math.sqrt(heardSquares * playedSquares + 1e-9);
}
