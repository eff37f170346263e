import { join } from 'node:path';
import llamaTokenizer from 'llama-tokenizer-js';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { openOnnx } from '../engine/onnx-session.ts';
import { utterancesOf } from '@oracle-calls/node-media/pcm';
import { WEIGHT_FILES } from '../weights-layout.ts';
import type { Recognised, Rival } from './recogniser.ts';
import { saidOnce } from './said-once.ts';
import { logProbabilities, rivalForms } from './rival-tokens.ts';

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

/** A rival further behind than this, as a natural logarithm, was not said. */
const NEAR = 8;
/** Rivals are single words: a longer text, in tokens, is none of them. */
const COMPARED_MAX_TOKENS = 14;
/** So many are looked at, at most: each costs time. */
const COMPARED_MAX_FORMS = 16;

type Feeds = Record<string, Tensor>;

/** What was understood of one window, and how: each token, the end among them, and for the first {@link COMPARED_MAX_TOKENS} the logits that it was chosen from. */
interface Heard {
  readonly text: string;
  readonly hidden: Tensor;
  readonly tokens: readonly number[];
  readonly rows: readonly Float32Array[];
}

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

  /** With `rivals`, one short utterance is compared with these texts too. */
  async transcribe(
    pcm16k: Float32Array,
    isCancelled: () => boolean,
    rivals: readonly string[] = [],
  ): Promise<Recognised> {
    const windows = utterancesOf(pcm16k, SAMPLE_RATE).flatMap((utterance) =>
      Array.from({ length: Math.ceil(utterance.length / WINDOW_SAMPLES) }, (_, i) =>
        utterance.subarray(i * WINDOW_SAMPLES, (i + 1) * WINDOW_SAMPLES),
      ),
    );
    const parts: string[] = [];
    let rival: Rival | undefined;
    for (const window of windows) {
      if (isCancelled()) break;
      const heard = await this.#transcribeWindow(window, isCancelled);
      parts.push(heard.text);
      if (windows.length === 1 && rivals.length > 0 && !isCancelled()) rival = await this.#nearest(heard, rivals);
    }
    return {
      text: parts
        .filter((part) => part !== '')
        .map(saidOnce)
        .join(' '),
      ...(rival === undefined ? {} : { rival }),
    };
  }

  async #transcribeWindow(samples: Float32Array, isCancelled: () => boolean): Promise<Heard> {
    const padded = new Float32Array(Math.max(samples.length, MIN_SAMPLES));
    padded.set(samples);
    const encoded = await this.#encoder.run({
      [this.#encoder.inputNames[0] ?? 'input_values']: new Tensor('float32', padded, [1, padded.length]),
    });
    const hidden = tensorOf(encoded, this.#encoder.outputNames[0] ?? 'last_hidden_state');
    const maxTokens = Math.max(MIN_TOKENS, Math.trunc((padded.length / SAMPLE_RATE) * TOKENS_PER_SECOND));
    const past = emptyCache();
    const tokens: number[] = [];
    const rows: Float32Array[] = [];
    let current = START_TOKEN;
    for (let step = 0; step < maxTokens && current !== END_TOKEN && !isCancelled(); step++) {
      const result = await this.#decoder.run({
        input_ids: new Tensor('int64', BigInt64Array.of(BigInt(current)), [1, 1]),
        encoder_hidden_states: hidden,
        use_cache_branch: new Tensor('bool', [step > 0]),
        ...past,
      });
      const logits = logitsOf(result);
      current = indexOfLargest(logits);
      tokens.push(current);
      if (rows.length < COMPARED_MAX_TOKENS) rows.push(logits);
      for (const name of Object.keys(past)) {
        // The encoder's half of the cache is computed in the first step and stays.
        if (step === 0 || name.includes('decoder'))
          past[name] = tensorOf(result, name.replace('past_key_values', 'present'));
      }
    }
    const text = tokens.filter((token) => token < TEXT_TOKENS && token !== END_TOKEN);
    return {
      text: text.length === 0 ? '' : llamaTokenizer.decode([START_TOKEN, ...text], true, true).trim(),
      hidden,
      tokens,
      rows,
    };
  }

  /** The likeliest of the rivals, if any comes near to what was understood. */
  async #nearest({ text, hidden, tokens, rows }: Heard, rivals: readonly string[]): Promise<Rival | undefined> {
    const [first] = rows;
    if (text === '' || first === undefined || tokens.length > COMPARED_MAX_TOKENS || tokens.at(-1) !== END_TOKEN)
      return undefined;
    const heardAs = tokens.reduce((sum, token, i) => sum + logProbabilities(rows[i] ?? first)(token), 0);
    const beginning = logProbabilities(first);
    // The whole is never likelier than its beginning: what falls behind with its first token need not be looked at.
    const forms = rivalForms(rivals)
      .map((form) => ({ ...form, begins: beginning(form.tokens[0] ?? END_TOKEN) }))
      .filter(({ begins }) => begins >= heardAs - NEAR)
      .toSorted((a, b) => b.begins - a.begins)
      .slice(0, COMPARED_MAX_FORMS);
    if (forms.length === 0) return undefined;
    const length = 1 + Math.max(...forms.map((form) => form.tokens.length));
    const inputs = new BigInt64Array(forms.length * length).fill(BigInt(END_TOKEN));
    for (const [i, form] of forms.entries()) {
      inputs.set([START_TOKEN, ...form.tokens].map(BigInt), i * length);
    }
    const states = hidden.data as Float32Array;
    const repeated = new Float32Array(states.length * forms.length);
    for (const i of forms.keys()) repeated.set(states, i * states.length);
    const result = await this.#decoder.run({
      input_ids: new Tensor('int64', inputs, [forms.length, length]),
      encoder_hidden_states: new Tensor('float32', repeated, [forms.length, ...hidden.dims.slice(1)]),
      use_cache_branch: new Tensor('bool', [false]),
      ...emptyCache(),
    });
    const logits = logitsOf(result);
    const width = logits.length / inputs.length;
    const found = forms.map(({ rival, tokens: written }, i) => {
      const saidAs = [...written, END_TOKEN].reduce((sum, token, at) => {
        const row = (i * length + at) * width;
        return sum + logProbabilities(logits.subarray(row, row + width))(token);
      }, 0);
      return { text: rival, behind: Math.max(0, heardAs - saidAs) };
    });
    const nearest = found.reduce((best, one) => (one.behind < best.behind ? one : best));
    return nearest.behind <= NEAR ? nearest : undefined;
  }
}

const logitsOf = (result: InferenceSession.OnnxValueMapType): Float32Array =>
  tensorOf(result, 'logits').data as Float32Array;

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
