import { AudioFrame } from '@livekit/rtc-node';
import { VADEventType } from '@livekit/agents';
import { EchoGuard, openVad, TurnListener, turnRules } from '@oracle-calls/agent/conversation';
import type { EarWindow } from '@oracle-calls/agent/conversation';
import { floatToInt16, int16ToFloat, resample } from '@oracle-calls/node-media/pcm';
import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import type { SpokenModels } from './models.ts';

export const EAR_RATE = 16_000;
const WINDOW = 512;
const WINDOW_MS = 32;
/** 20 ms at 48 kHz, and how far a speaker's queue is ahead, in ms. */
const VOICE_FRAME = 960;
const QUEUE_MS = 200;

/** A sound and when it begins, in ms. */
export interface TimedSound {
  readonly atMs: number;
  /** At {@link EAR_RATE}. */
  readonly samples: Float32Array;
}

export interface TimedTalk {
  /** What reaches the microphone from the room. */
  readonly sounds: readonly TimedSound[];
  /** What the oracle says, at 48 kHz, from the beginning on; it comes back as an echo if it does. */
  readonly oracle?:
    | { readonly samples: Float32Array; readonly text: string; readonly delayMs: number; readonly gain: number }
    | undefined;
  readonly lengthMs: number;
}

/** What listening came to, with the millisecond of each. */
export type Heard = readonly (readonly [
  what: 'held' | 'released' | 'interrupted' | 'dropped' | 'turn',
  ms: number,
  text: string,
])[];

/** Samples of a sentence in another voice than the oracle's, without the silence around it. */
export async function userSays(models: SpokenModels, text: string, gain = 1): Promise<Float32Array> {
  const samples = resample(await models.synthesiser.synthesise(text), 48_000 * 1.12, EAR_RATE);
  const first = samples.findIndex((sample) => Math.abs(sample) > 0.02);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > 0.02);
  return samples.slice(first, last + 1).map((sample) => sample * gain);
}

/**
 * Listens with the real voice activity detection, recogniser, turn detector and echo guard in a time of its own: all that the models take is
 * no time, so that what is found out does not depend on how busy the machine is.
 */
export async function listenTo(models: SpokenModels, talk: TimedTalk): Promise<Heard> {
  const { oracle, lengthMs } = talk;
  const clock = new FakeClock();
  const startedAt = clock.now();
  const heard: [Heard[number][0], number, string][] = [];
  const note = (what: Heard[number][0], text = ''): void => void heard.push([what, clock.now() - startedAt, text]);
  const ownVoice = new EchoGuard(clock);
  const work = new PendingWork();
  const rules = turnRules();
  const said = new Set<number>();
  const state = { isHeld: false, isGivenUp: false };
  const isSpeaking = (): boolean =>
    oracle !== undefined && !state.isGivenUp && clock.now() - startedAt < oracle.samples.length / 48;
  const listener = new TurnListener({
    recogniser: {
      ...models.recogniser,
      transcribe: (pcm, options) => work.add(models.recogniser.transcribe(pcm, options)),
    },
    turnDetector: {
      ...models.turnDetector,
      completion: (pcm, options) => work.add(models.turnDetector.completion(pcm, options)),
    },
    oracle: {
      get isBusy() {
        return isSpeaking();
      },
      isEnding: false,
      get lately() {
        return oracle?.text ?? '';
      },
      hold: () => note('held'),
      release: () => note('released'),
    },
    ownVoice,
    rules,
    events: {
      begun: () => undefined,
      interim: () => undefined,
      likely: () => undefined,
      interrupted: () => {
        state.isGivenUp = true;
        note('interrupted');
      },
      notHeard: () => undefined,
      dropped: () => note('dropped'),
      turn: ({ text }) => note('turn', text),
    },
    clock,
    log: silentLogger,
  });
  const windows = await windowsOf(microphone(talk));
  const voice = oracle === undefined ? new Int16Array() : floatToInt16(oracle.samples);
  for (const window of windows) {
    await clock.advance(WINDOW_MS);
    const nowMs = clock.now() - startedAt;
    for (let frame = 0; frame * 20 < Math.min(nowMs + QUEUE_MS, lengthMs); frame++) {
      if (said.has(frame) || (frame + 1) * VOICE_FRAME > voice.length) continue;
      said.add(frame);
      ownVoice.played(voice.subarray(frame * VOICE_FRAME, (frame + 1) * VOICE_FRAME), 48_000, startedAt + frame * 20);
    }
    listener.hear(window);
    await work.done();
    await clock.settle();
  }
  return heard;
}

/** Runs that are under way. */
class PendingWork {
  readonly #pending = new Set<Promise<unknown>>();

  add<T>(work: Promise<T>): Promise<T> {
    const over = work.then(
      () => undefined,
      () => undefined,
    );
    this.#pending.add(over);
    void over.then(() => this.#pending.delete(over));
    return work;
  }

  async done(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

function microphone({ sounds, oracle, lengthMs }: TimedTalk): Float32Array {
  const mixed = Float32Array.from({ length: (lengthMs / 1000) * EAR_RATE }, () => (Math.random() - 0.5) * 0.001);
  const echo =
    oracle === undefined
      ? []
      : [
          {
            atMs: oracle.delayMs,
            samples: resample(oracle.samples, 48_000, EAR_RATE).map((sample) => sample * oracle.gain),
          },
        ];
  for (const { atMs, samples } of [...sounds, ...echo]) {
    const offset = Math.round((atMs / 1000) * EAR_RATE);
    for (let i = 0; i < samples.length && offset + i < mixed.length; i++) {
      mixed[offset + i] = (mixed[offset + i] ?? 0) + (samples[i] ?? 0);
    }
  }
  return mixed;
}

/** What the real voice activity detection sees in a recording. */
async function windowsOf(samples: Float32Array): Promise<EarWindow[]> {
  const stream = openVad().stream();
  const pcm = floatToInt16(samples);
  const wanted = Math.floor(pcm.length / WINDOW);
  for (let i = 0; i < wanted; i++) {
    stream.pushFrame(new AudioFrame(pcm.slice(i * WINDOW, (i + 1) * WINDOW), EAR_RATE, 1, WINDOW));
  }
  const windows: EarWindow[] = [];
  for await (const { type, frames, probability } of stream) {
    const [frame] = frames;
    if (type !== VADEventType.INFERENCE_DONE || frame === undefined) continue;
    windows.push({ samples: int16ToFloat(frame.data), probability });
    if (windows.length === wanted) break;
  }
  stream.close();
  return windows;
}
