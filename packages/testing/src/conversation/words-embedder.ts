import type { Embedder } from '@oracle-calls/agent/oracle';

/** Embeds by words alone: texts with the same words are close. It stands in for the sentence model, which knows meanings and has to be loaded. */
export function wordsEmbedder(): Embedder & { readonly asked: string[] } {
  const places = new Map<string, number>();
  const asked: string[] = [];
  const embed = (text: string): Float32Array => {
    const vector = new Float32Array(512);
    for (const word of new Set(text.toLowerCase().match(/\p{L}+/gu))) {
      const place = places.get(word) ?? places.size;
      places.set(word, place);
      vector[place % vector.length] = 1;
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
  const close = (): Promise<void> => Promise.resolve();
  return {
    asked,
    embed: (texts, { signal } = {}) => {
      signal?.throwIfAborted();
      asked.push(...texts);
      return Promise.resolve(texts.map(embed));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
