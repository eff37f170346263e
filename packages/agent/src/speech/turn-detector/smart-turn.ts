import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { openOnnx } from '../engine/onnx-session.ts';
import { WEIGHT_FILES } from '../weights-layout.ts';
import { logMel, MEL_BANDS, MEL_FRAMES } from './log-mel.ts';

/** Smart Turn v3 (Daily; BSD-2-Clause): hears from tune and words whether somebody has finished, in many languages. */
export class SmartTurn {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async load(weightsDir: string): Promise<SmartTurn> {
    return new SmartTurn(await openOnnx(join(weightsDir, WEIGHT_FILES.turnModel)));
  }

  /** How likely it is, from 0 to 1, that the speaker of this utterance, a little silence at its end included, has finished. */
  async completion(pcm16k: Float32Array): Promise<number> {
    const features = new Tensor('float32', logMel(pcm16k), [1, MEL_BANDS, MEL_FRAMES]);
    const result = await this.#session.run({ [this.#session.inputNames[0] ?? 'input_features']: features });
    const output = result[this.#session.outputNames[0] ?? 'logits'];
    if (!(output instanceof Tensor) || !(output.data instanceof Float32Array)) {
      throw new TypeError('the turn model gave no number');
    }
    return output.data[0] ?? 0;
  }
}
