import { cosine } from '../../documents/library.ts';
import type { Embedder } from '../../documents/embedder/embedder.ts';
import type { Tool } from '../../tools/tool.ts';

/** A tool that a sentence asks for, with what the sentence says of its parameters. */
export interface ExampleMatch {
  readonly tool: Tool;
  readonly parameters: Readonly<Record<string, string>>;
  readonly score: number;
}

/** A sentence of the same meaning as an example; see `benchmarks/retrieval` for what lies between. */
export const EXAMPLE_MIN_SCORE = 0.62;

const SLOT = /\{([a-zA-Z][a-zA-Z0-9_]*)\}/g;

interface Example {
  readonly tool: Tool;
  readonly pattern: RegExp;
  readonly hasSlots: boolean;
  readonly text: string;
  readonly vector: Float32Array | undefined;
}

/**
 * Finds the tool that a sentence asks for by the examples that tools bring along: word by word where the example has places for
 * parameters, by meaning where it has none. It stands in for the choice that a small model cannot make.
 */
export class ExampleMatcher {
  readonly #embedder: Embedder;
  readonly #examples: readonly Example[];

  private constructor(embedder: Embedder, examples: readonly Example[]) {
    this.#embedder = embedder;
    this.#examples = examples;
  }

  static async open(tools: readonly Tool[], embedder: Embedder, signal?: AbortSignal): Promise<ExampleMatcher> {
    const pairs = tools.flatMap((tool) => (tool.examples ?? []).map((text) => ({ tool, text })));
    const vectors = await embedder.embed(
      pairs.map(({ text }) => text),
      { signal },
    );
    const examples = pairs.map(({ tool, text }, i) => ({
      tool,
      text,
      pattern: patternOf(text),
      hasSlots: text.search(SLOT) >= 0,
      vector: vectors[i],
    }));
    return new ExampleMatcher(embedder, examples);
  }

  async find(sentence: string, signal?: AbortSignal): Promise<ExampleMatch | undefined> {
    const words = plain(sentence);
    for (const { tool, pattern } of this.#examples) {
      const match = pattern.exec(words);
      if (match !== null) return { tool, parameters: { ...match.groups }, score: 1 };
    }
    const whole = this.#examples.filter(({ hasSlots }) => !hasSlots);
    if (whole.length === 0) return undefined;
    const [vector] = await this.#embedder.embed([sentence], { signal });
    const scored = whole.map((example) => ({ example, score: cosine(vector, example.vector) }));
    const best = scored.toSorted((one, other) => other.score - one.score)[0];
    if (best === undefined || best.score < EXAMPLE_MIN_SCORE) return undefined;
    return { tool: best.example.tool, parameters: {}, score: best.score };
  }
}

/** Marks are what recognisers differ in; in case too, but parameters keep theirs: most are names. */
const plain = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N}{}'’_\s-]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The words of an example anywhere in a sentence, its slots as named groups of up to eight words. */
function patternOf(example: string): RegExp {
  const parts = example.split(SLOT);
  // `split` with a group puts the slots' names at the odd places.
  const source = parts.map((part, i) =>
    i % 2 === 1 ? `(?<${part}>\\S+(?: \\S+){0,7})` : plain(part).replaceAll('-', '\\x2d'),
  );
  const isOpenEnd = parts.length > 1 && parts.at(-1) === '';
  const text = source.filter((part) => part !== '').join(' ');
  return new RegExp(`(?:^| )${text}${isOpenEnd ? '$' : '(?: |$)'}`, 'iu');
}
