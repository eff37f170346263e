import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { openOnnx } from '../../speech/engine/onnx-session.ts';
import { WEIGHT_FILES } from '../../speech/weights-layout.ts';

/** The model was trained on no more than this; longer text is cut (model card of all-MiniLM-L6-v2). */
const MAX_TOKENS = 256;
/** `[SEP]`, with which a cut text has to end as well. */
const LAST_TOKEN = 102;

/** all-MiniLM-L6-v2 (Apache-2.0), int8: a text becomes a vector of length 1, and what means the same lies close. */
export class SentenceModel {
  readonly #session: InferenceSession;
  readonly #tokenizer: Tokenizer;

  private constructor(session: InferenceSession, tokenizer: Tokenizer) {
    this.#session = session;
    this.#tokenizer = tokenizer;
  }

  static async load(weightsDir: string): Promise<SentenceModel> {
    const [session, tokenizer] = await Promise.all([
      openOnnx(join(weightsDir, WEIGHT_FILES.sentenceModel)),
      readFile(join(weightsDir, WEIGHT_FILES.sentenceTokenizer), 'utf8'),
    ]);
    return new SentenceModel(session, new Tokenizer(JSON.parse(tokenizer) as object, {}));
  }

  async embed(text: string): Promise<Float32Array> {
    const all = this.#tokenizer.encode(text).ids;
    const tokens = all.length > MAX_TOKENS ? [...all.slice(0, MAX_TOKENS - 1), LAST_TOKEN] : all;
    const shape = [1, tokens.length];
    const ids = new Tensor('int64', BigInt64Array.from(tokens, BigInt), shape);
    const mask = new Tensor('int64', new BigInt64Array(tokens.length).fill(1n), shape);
    const types = new Tensor('int64', new BigInt64Array(tokens.length), shape);
    const feeds = { input_ids: ids, attention_mask: mask, token_type_ids: types };
    const wanted = Object.entries(feeds).filter(([name]) => this.#session.inputNames.includes(name));
    const result = await this.#session.run(Object.fromEntries(wanted));
    const hidden = result[this.#session.outputNames[0] ?? 'last_hidden_state'];
    if (!(hidden instanceof Tensor) || !(hidden.data instanceof Float32Array)) {
      throw new TypeError('the sentence model gave no vectors');
    }
    return normalised(meanOf(hidden.data, tokens.length));
  }
}

/** The mean over all tokens, which is how this model makes one vector of many. */
function meanOf(hidden: Float32Array, tokens: number): Float32Array {
  const width = hidden.length / tokens;
  const mean = new Float32Array(width);
  for (let i = 0; i < hidden.length; i++) mean[i % width] = (mean[i % width] ?? 0) + (hidden[i] ?? 0) / tokens;
  return mean;
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
