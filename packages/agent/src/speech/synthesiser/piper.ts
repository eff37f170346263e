import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { openOnnxWith } from '../engine/onnx-session.ts';
import { WEIGHT_FILES } from '../weights-layout.ts';
import { clausesOf, phonemesOf, spokenSigns } from './phonemes.ts';
import type { Pronounce } from './phonemes.ts';
import { wordTimes } from './word-times.ts';
import type { TimedWord } from './word-times.ts';

/** What we read of a Piper voice's JSON. */
const voiceSchema = v.object({
  audio: v.object({ sample_rate: v.pipe(v.number(), v.integer(), v.minValue(8_000)) }),
  espeak: v.object({ voice: v.string() }),
  inference: v.object({ noise_scale: v.number(), length_scale: v.number(), noise_w: v.number() }),
  phoneme_id_map: v.record(v.string(), v.array(v.number())),
});
type Voice = v.InferOutput<typeof voiceSchema>;

/** Where VITS keeps how long it speaks each sign, in frames: a value inside the published model, which we ask for as an output. */
const DURATIONS = '/Ceil_output_0';
/** Samples of one frame: VITS' hop in Piper's voices. */
const FRAME_SAMPLES = 256;

/** The Piper voice "joe" (VITS; CC0 data). */
export class Piper {
  readonly #session: InferenceSession;
  readonly #voice: Voice;
  readonly #pronounce: Pronounce;

  private constructor(session: InferenceSession, voice: Voice, pronounce: Pronounce) {
    this.#session = session;
    this.#voice = voice;
    this.#pronounce = pronounce;
  }

  /** `pronounce` gets a clause and the eSpeak voice that this Piper voice was trained with. */
  static async load(
    weightsDir: string,
    pronounce: (clause: string, espeakVoice: string) => Promise<string>,
  ): Promise<Piper> {
    const [session, config] = await Promise.all([
      openOnnxWith(join(weightsDir, WEIGHT_FILES.voiceModel), DURATIONS),
      readFile(join(weightsDir, WEIGHT_FILES.voiceConfig), 'utf8'),
    ]);
    const voice = parseWith(voiceSchema, JSON.parse(config));
    return new Piper(session, voice, (clause) => pronounce(clause, voice.espeak.voice));
  }

  get sampleRate(): number {
    return this.#voice.audio.sample_rate;
  }

  async synthesise(text: string): Promise<{ samples: Float32Array; words: readonly TimedWord[] }> {
    const clauses = await clausesOf(text, this.#pronounce);
    const signs = spokenSigns(phonemesOf(clauses), this.#voice.phoneme_id_map);
    const ids = signs.flatMap((sign) => sign.ids);
    const { noise_scale: noise, length_scale: pace, noise_w: rhythm } = this.#voice.inference;
    const result = await this.#session.run({
      input: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
      scales: new Tensor('float32', Float32Array.of(noise, pace, rhythm), [3]),
    });
    const samples = floatsOf(result, this.#session.outputNames[0] ?? 'output');
    const frames = floatsOf(result, DURATIONS);
    let at = 0;
    const msOfSign = signs.map((sign) => {
      const own = frames.subarray(at, (at += sign.ids.length));
      return (own.reduce((sum, count) => sum + count, 0) * FRAME_SAMPLES * 1000) / this.sampleRate;
    });
    return { samples: normalise(samples), words: wordTimes(clauses, signs, msOfSign) };
  }
}

function floatsOf(result: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const output = result[name];
  if (!(output instanceof Tensor) || !(output.data instanceof Float32Array)) {
    throw new TypeError(`the voice gave no ${name}`);
  }
  return output.data;
}

/** Loudest sample after {@link normalise}: full scale with some room for the codec's overshoot. */
const PEAK = 0.7;
/** Quieter than this is silence, which nobody wants amplified. */
const SILENCE_PEAK = 0.01;

/** Piper's raw loudness varies from sentence to sentence; its own programs scale by the peak as well. */
function normalise(samples: Float32Array): Float32Array {
  const peak = samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  return peak < SILENCE_PEAK ? samples : samples.map((sample) => (sample / peak) * PEAK);
}
