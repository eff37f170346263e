import { cosine } from '../../documents/library.ts';
import type { Embedder } from '../../documents/embedder/embedder.ts';
import type { Library } from '../../documents/library.ts';
import { sayTopics } from './spoken-answer.ts';

interface Courtesy {
  /** What people say that asks for no fact. */
  readonly phrases: readonly string[];
  readonly reply: (oracle: TalkingOracle) => string;
}

/** Who returns the courtesies. */
export interface TalkingOracle {
  readonly library: Library;
  /** How it introduces itself, as a sentence. */
  readonly introduction: string;
}

const offer = ({ library }: TalkingOracle): string => `You can ask me about ${sayTopics(library)}.`;

const INSTRUCTED = /^\s*You are ([^.!?\n]+)/;

/** Instructions begin with who the oracle is, as a rule: "You are the concierge of the Lindenhof." */
export function introductionFrom(instructions: string): string {
  const who = INSTRUCTED.exec(instructions)?.[1]?.trim();
  return who === undefined ? 'I answer from the documents that I was given.' : `I am ${who}.`;
}

/** Written down, since the little language model loses its way in them too: it greets nobody twice in the same manner, and promises what it cannot do. */
const COURTESIES: readonly Courtesy[] = [
  {
    phrases: ['Hello.', 'Hi.', 'Good morning.', 'Good evening.', 'Nice to meet you.'],
    reply: (oracle) => `Hello. ${offer(oracle)}`,
  },
  { phrases: ['How are you?', 'Hi, how are you?'], reply: () => 'I am well, thank you. What would you like to know?' },
  {
    phrases: ['Thank you.', 'Thank you very much.', 'Thanks, that was helpful.'],
    reply: () => 'You are welcome.',
  },
  { phrases: ['Okay, great.', 'Yes, please.'], reply: () => 'What else would you like to know?' },
  { phrases: ['No, thanks.', 'No, that is all.'], reply: () => 'All right.' },
  { phrases: ['Goodbye.', 'Bye bye.', 'Have a nice day.'], reply: () => 'Goodbye.' },
  { phrases: ['Can you hear me?', 'Are you there?'], reply: () => 'Yes, I hear you.' },
  {
    phrases: ['Who are you?', 'What can you do?', 'Can you help me?', 'What can I ask you?'],
    reply: (oracle) => `${oracle.introduction} ${offer(oracle)}`,
  },
];

/** No question of the tuning half of `benchmarks/retrieval` comes closer to one of the phrases than 0.42; courtesies in other words begin at 0.5. */
export const SMALL_TALK_MIN_SCORE = 0.48;
/** From here on it is the phrase itself, and no question that leans on the one before. */
const SAME_PHRASE_MIN_SCORE = 0.85;

interface Phrase {
  readonly courtesy: Courtesy;
  readonly vector: Float32Array | undefined;
}

/** Tells courtesies from questions, by meaning, and returns them. */
export class SmallTalk {
  readonly #embedder: Embedder;
  readonly #phrases: readonly Phrase[];

  private constructor(embedder: Embedder, phrases: readonly Phrase[]) {
    this.#embedder = embedder;
    this.#phrases = phrases;
  }

  static async open(embedder: Embedder, signal?: AbortSignal): Promise<SmallTalk> {
    const pairs = COURTESIES.flatMap((courtesy) => courtesy.phrases.map((phrase) => ({ courtesy, phrase })));
    const vectors = await embedder.embed(
      pairs.map(({ phrase }) => phrase),
      { signal },
    );
    return new SmallTalk(
      embedder,
      pairs.map(({ courtesy }, i) => ({ courtesy, vector: vectors[i] })),
    );
  }

  /** The courtesy that a sentence is, when it is one. */
  async find(sentence: string, signal?: AbortSignal): Promise<SmallTalkMatch | undefined> {
    // The model hears a difference between "Thank you!" and "Thank you.".
    const calm = `${sentence.trim().replace(/[.!…]+$/u, '')}${sentence.trim().endsWith('?') ? '' : '.'}`;
    const [asked] = await this.#embedder.embed([calm], { signal });
    let best: { courtesy: Courtesy; score: number } | undefined;
    for (const { courtesy, vector } of this.#phrases) {
      const score = cosine(asked, vector);
      if (score >= Math.max(SMALL_TALK_MIN_SCORE, best?.score ?? 0)) best = { courtesy, score };
    }
    if (best === undefined) return undefined;
    const { courtesy, score } = best;
    return { isSure: score >= SAME_PHRASE_MIN_SCORE, reply: (oracle) => courtesy.reply(oracle) };
  }
}

export interface SmallTalkMatch {
  /** Nothing else can be meant. */
  readonly isSure: boolean;
  reply(oracle: TalkingOracle): string;
}
