import { createBrain, questionOf } from '@oracle-calls/agent/oracle';
import type { Brain, Turn } from '@oracle-calls/agent/oracle';
import { languageOf, plain } from './languages.ts';
import type { Language } from './languages.ts';

/**
 * Stands between two people at one telephone: what is said in one language is said again in the other. Which of the two it is, is decided here, by its small
 * words, and not by the model: a model that has to find out also answers, explains or apologises.
 */
export function interpreterBrain(translator: Brain, pair: readonly [Language, Language]): Brain {
  return createBrain({
    title: `interpreter, with ${translator.title}`,
    place: translator.place,
    close: () => translator.close(),
    async *answer(turns, context, how = {}) {
      const said = questionOf(turns);
      if (pair.some(({ again }) => again.test(plain(said)))) {
        const last = turns.findLast(({ speaker }) => speaker === 'oracle')?.text;
        return yield last ?? 'I have not translated anything yet.';
      }
      const from = languageOf(said, pair) ?? lastLanguage(turns, pair) ?? pair[0];
      const to = from === pair[0] ? pair[1] : pair[0];
      // Alone: the rest of the conversation is not the model's to answer.
      const asked: Turn = { speaker: 'user', text: `Translate from ${from.name} to ${to.name}:\n${said}` };
      yield* translator.answer([asked], context, how);
    },
  });
}

/** "Paris?" says nothing about its language; the people spoke before, and whoever spoke goes on more often than not. */
function lastLanguage(turns: readonly Turn[], pair: readonly [Language, Language]): Language | undefined {
  return turns
    .filter(({ speaker }) => speaker === 'user')
    .toReversed()
    .map(({ text }) => languageOf(text, pair))
    .find((language) => language !== undefined);
}
