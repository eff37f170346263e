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

const kept = new WeakMap<readonly string[], readonly RivalForm[]>();

/** All ways in which the model would write these texts; kept for as long as the list is. */
export function rivalForms(rivals: readonly string[]): readonly RivalForm[] {
  const forms = kept.get(rivals) ?? rivals.flatMap(formsOf);
  kept.set(rivals, forms);
  return forms;
}

/** Natural logarithm of the probability that a row of logits gives to a token. */
export function logProbability(logits: Float32Array, token: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return (logits[token] ?? -Infinity) - largest - Math.log(sum);
}
