import type { Embedder } from './embedder/embedder.ts';
import type { Passage } from './passages.ts';

/** The sentence of a passage that is closest to a question. */
export interface Finding {
  readonly passage: Passage;
  /** Its place in the passage. */
  readonly sentence: number;
  /** Cosine of question and sentence; what it is worth is measured in `benchmarks/retrieval`. */
  readonly score: number;
}

export interface SearchOptions {
  readonly count?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The oracle's documents, to be asked. */
export interface Library {
  /** What the documents are called, each once. */
  readonly documents: readonly string[];
  readonly passages: readonly Passage[];
  /** The passages closest to a question, each once, the closest first. */
  search(question: string, options?: SearchOptions): Promise<readonly Finding[]>;
}

/** Embeds every sentence once. The embedder stays whose it is, and open for as long as the library is asked. */
export async function openLibrary(
  passages: readonly Passage[],
  embedder: Embedder,
  signal?: AbortSignal,
): Promise<Library> {
  const places = passages.flatMap((passage) => passage.sentences.map((_, sentence) => ({ passage, sentence })));
  const vectors = await embedder.embed(places.map(textOf), { signal });
  return {
    documents: [...new Set(passages.map(({ document }) => document))],
    passages,
    async search(question, { count = 1, signal: searchSignal } = {}) {
      const [asked] = await embedder.embed([question], { signal: searchSignal });
      const best = new Map<Passage, Finding>();
      for (const [i, place] of places.entries()) {
        const score = cosine(asked, vectors[i]);
        if (score > (best.get(place.passage)?.score ?? -Infinity)) best.set(place.passage, { ...place, score });
      }
      return [...best.values()].toSorted((one, other) => other.score - one.score).slice(0, count);
    },
  };
}

/** The heading goes along: "until eleven in the morning" says little without "departure". */
function textOf({ passage, sentence }: Omit<Finding, 'score'>): string {
  return `${passage.heading ?? passage.document}: ${passage.sentences[sentence]}`;
}

/** Of vectors of length 1. */
export function cosine(one: Float32Array = new Float32Array(), other: Float32Array = new Float32Array()): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}
