import { join } from 'node:path';
import llamaTokenizer from 'llama-tokenizer-js';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { openOnnx } from '../engine/onnx-session.ts';
import { utterancesOf } from '@oracle-calls/node-media/pcm';
import { WEIGHT_FILES } from '../weights-layout.ts';

/** Shape of Moonshine *base* (Jeffries et al. 2024, table 1): decoder layers, attention heads, width of a head. */
const LAYERS = 8;
const HEADS = 8;
const HEAD_WIDTH = 52;

const START_TOKEN = 1;
const END_TOKEN = 2;
/** Tokens from here on are markers, not text. */
const TEXT_TOKENS = 32_000;

/** Moonshine repeats itself forever on noise: its authors stop after 6.5 tokens a second. */
const TOKENS_PER_SECOND = 6.5;
const MIN_TOKENS = 8;

const SAMPLE_RATE = 16_000;
/** Attention cost grows with the square; the model was trained on clips up to about half a minute. */
const WINDOW_SAMPLES = 24 * SAMPLE_RATE;
/** The encoder's convolutions need about a tenth of a second; shorter input is padded to this. */
const MIN_SAMPLES = SAMPLE_RATE / 2;

type Feeds = Record<string, Tensor>;

/** The Moonshine recogniser (MIT): encoder, and a decoder that writes one token at a time, greedily. */
export class Moonshine {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;

  private constructor(encoder: InferenceSession, decoder: InferenceSession) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  static async load(weightsDir: string): Promise<Moonshine> {
    const [encoder, decoder] = await Promise.all([
      openOnnx(join(weightsDir, WEIGHT_FILES.recogniserEncoder)),
      openOnnx(join(weightsDir, WEIGHT_FILES.recogniserDecoder)),
    ]);
    return new Moonshine(encoder, decoder);
  }

  async transcribe(pcm16k: Float32Array, isCancelled: () => boolean): Promise<string> {
    const parts: string[] = [];
    for (const utterance of utterancesOf(pcm16k, SAMPLE_RATE)) {
      for (let start = 0; start < utterance.length && !isCancelled(); start += WINDOW_SAMPLES) {
        parts.push(await this.#transcribeWindow(utterance.subarray(start, start + WINDOW_SAMPLES), isCancelled));
      }
    }
    return parts.filter((part) => part !== '').join(' ');
  }

  async #transcribeWindow(samples: Float32Array, isCancelled: () => boolean): Promise<string> {
    const padded = new Float32Array(Math.max(samples.length, MIN_SAMPLES));
    padded.set(samples);
    const encoded = await this.#encoder.run({
      [this.#encoder.inputNames[0] ?? 'input_values']: new Tensor('float32', padded, [1, padded.length]),
    });
    const hidden = tensorOf(encoded, this.#encoder.outputNames[0] ?? 'last_hidden_state');
    const maxTokens = Math.max(MIN_TOKENS, Math.trunc((padded.length / SAMPLE_RATE) * TOKENS_PER_SECOND));
    const past = emptyCache();
    const tokens: number[] = [];
    let current = START_TOKEN;
    for (let step = 0; step < maxTokens && !isCancelled(); step++) {
      const result = await this.#decoder.run({
        input_ids: new Tensor('int64', BigInt64Array.of(BigInt(current)), [1, 1]),
        encoder_hidden_states: hidden,
        use_cache_branch: new Tensor('bool', [step > 0]),
        ...past,
      });
      current = indexOfLargest(tensorOf(result, 'logits').data as Float32Array);
      if (current === END_TOKEN) break;
      tokens.push(current);
      for (const name of Object.keys(past)) {
        // The encoder's half of the cache is computed in the first step and stays.
        if (step === 0 || name.includes('decoder'))
          past[name] = tensorOf(result, name.replace('past_key_values', 'present'));
      }
    }
    const text = tokens.filter((token) => token < TEXT_TOKENS);
    return text.length === 0 ? '' : llamaTokenizer.decode([START_TOKEN, ...text], true, true).trim();
  }
}

function emptyCache(): Feeds {
  const past: Feeds = {};
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const side of ['decoder', 'encoder']) {
      for (const part of ['key', 'value']) {
        past[`past_key_values.${layer}.${side}.${part}`] = new Tensor('float32', new Float32Array(0), [
          0,
          HEADS,
          1,
          HEAD_WIDTH,
        ]);
      }
    }
  }
  return past;
}

function tensorOf(result: InferenceSession.OnnxValueMapType, name: string): Tensor {
  const value = result[name];
  if (!(value instanceof Tensor)) throw new TypeError(`the model gave no ${name}`);
  return value;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  return best;
}
