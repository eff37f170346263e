import type { Clock } from '@oracle-calls/protocol';

/** Something that is heard while an oracle rings. */
export interface Ringtone {
  start(): void;
  /** Silent at once. Idempotent. */
  stop(): void;
}

/** One round of the tone: two rising chords, then a pause. Hertz and seconds. */
const NOTES = [
  { at: 0, hertz: 523.25 },
  { at: 0.16, hertz: 659.25 },
  { at: 0.32, hertz: 783.99 },
  { at: 0.62, hertz: 659.25 },
  { at: 0.78, hertz: 783.99 },
] as const;
const ROUND_MS = 2_800;
const NOTE_SECONDS = 0.5;
/** Of full scale: heard across a room, and no shock in headphones. */
const LOUDNESS = 0.18;

/** What is needed of WebAudio. */
export type RingtoneContext = Pick<
  AudioContext,
  'currentTime' | 'destination' | 'createOscillator' | 'createGain' | 'resume' | 'close' | 'state'
>;

/**
 * A ringtone that is made, not played: nothing is loaded. Before a person has touched the page a browser lets it make no sound; then the rest of
 * the ring (the dialog, the title, a notification) has to do.
 */
export function createRingtone(clock: Clock, open: () => RingtoneContext = () => new AudioContext()): Ringtone {
  let playing: { readonly context: RingtoneContext; timer: Disposable | undefined } | undefined;

  const playRound = (context: RingtoneContext): void => {
    for (const { at, hertz } of NOTES) playNote(context, hertz, context.currentTime + at);
  };
  const stop = (): void => {
    const stopped = playing;
    playing = undefined;
    stopped?.timer?.[Symbol.dispose]();
    stopped?.context.close().catch(() => undefined);
  };
  const goOn = (context: RingtoneContext): void => {
    if (playing?.context !== context) return;
    // What a browser held back would otherwise come all at once when it lets go.
    if (context.state === 'running') playRound(context);
    playing.timer = clock.after(ROUND_MS, () => goOn(context));
  };
  return {
    start() {
      stop();
      let context: RingtoneContext;
      try {
        context = open();
      } catch {
        // A machine without a speaker.
        return;
      }
      playing = { context, timer: undefined };
      if (context.state === 'running') goOn(context);
      else {
        context.resume().catch(() => undefined);
        playing.timer = clock.after(0, () => goOn(context));
      }
    },
    stop,
  };
}

function playNote(context: RingtoneContext, hertz: number, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_SECONDS);
}
