import type { CallNotice } from '@oracle-calls/sdk';

/** Words that were spoken. A line that is not final may still change, and is replaced by a later one of the same `key`. */
export interface Caption {
  /** Names the line among those of its call. */
  readonly key: string;
  readonly speaker: 'user' | 'oracle';
  readonly text: string;
  readonly isFinal: boolean;
  /** When it was first heard of: epoch milliseconds by this machine's clock. */
  readonly at: number;
}

/** A long call's page stays quick: what is older is in the transcript. */
export const CAPTIONS_MAX = 500;

/** Lines in the order in which they began. */
export function withCaption(
  captions: readonly Caption[],
  notice: Extract<CallNotice, { readonly kind: 'caption' }>,
  at: number,
): readonly Caption[] {
  const { speaker, segment, text, isFinal } = notice;
  const key = `${speaker} ${segment}`;
  const index = captions.findLastIndex((one) => one.key === key);
  const began = captions[index];
  if (began === undefined) return [...captions, { key, speaker, text, isFinal, at }].slice(-CAPTIONS_MAX);
  return captions.with(index, { ...began, text, isFinal });
}
