import llamaTokenizer from 'llama-tokenizer-js';

/** A text that may have been said, as the model would write it. */
export interface RivalForm {
  readonly rival: string;
  readonly tokens: readonly number[];
}

/** The model writes sentences: with a capital, and most short ones with one of these at the end. */
const MARKS = ['.', ',', '!'] as const;

const formsOf = (rival: string): readonly RivalForm[] =>
  MARKS.map((mark) => ({
    rival,
    tokens: llamaTokenizer.encode(`${rival.slice(0, 1).toUpperCase()}${rival.slice(1)}${mark}`, false, true),
  }));

/** By rival: an oracle has one list of them, of two hundred at most. */
const kept = new Map<string, readonly RivalForm[]>();
const KEPT_MAX = 400;

/** All ways in which the model would write these texts. */
export function rivalForms(rivals: readonly string[]): readonly RivalForm[] {
  return rivals.flatMap((rival) => {
    const forms = kept.get(rival) ?? formsOf(rival);
    if (kept.size < KEPT_MAX) kept.set(rival, forms);
    return forms;
  });
}

/** Natural logarithms of the probabilities that a row of logits gives to tokens: the row is summed up once. */
export function logProbabilities(logits: Float32Array): (token: number) => number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const whole = largest + Math.log(sum);
  return (token) => (logits[token] ?? -Infinity) - whole;
}
