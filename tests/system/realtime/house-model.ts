import type { ConversationItem, ModelReply } from './conversation-items.ts';

export const BREAKFAST = 'Breakfast is served from seven until ten in the conservatory.';
/** Longer than anybody listens to. */
export const HISTORY = [
  'This house was built as a farm three hundred years ago.',
  'A baker from the town bought it after a flood.',
  'His daughters planted the apple trees behind the kitchen.',
  'Later it was a school for a while, with forty children.',
  'In the winter they came over the frozen lake on skates.',
  'The first guests arrived by coach and slept in the barn.',
  'Last of all somebody painted the shutters yellow.',
] as const;
export const THERMOMETER = 'The water of the lake is at';

/** Answers by what it was asked last, and by what a tool has told it. */
export function houseModel(items: readonly ConversationItem[]): ModelReply {
  const last = items.at(-1);
  if (last?.kind === 'output') return { say: [`${THERMOMETER} ${last.output}.`] };
  const question = last?.kind === 'user' ? last.text.toLowerCase() : '';
  const isAbout = (...words: readonly string[]): boolean => words.some((word) => question.includes(word));
  if (isAbout('breakfast')) return { say: [BREAKFAST] };
  if (isAbout('history', 'house')) return { say: HISTORY };
  if (isAbout('lake', 'warm')) return { call: { name: 'readThermometer', argumentsText: '{"place":"lake"}' } };
  return { say: ['Very well.'] };
}
