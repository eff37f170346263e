/** Sentences after which somebody has finished. */
export const FINISHED = [
  'What is the capital city of France?',
  'Please order me a taxi to the station.',
  'I would like to know the weather tomorrow.',
  'Can you tell me a joke?',
  'Thank you very much.',
  'How old is the universe?',
  'My name is Peter.',
  'Yes, that is right.',
  "Book a table for two at eight o'clock.",
  'No, I do not think so.',
] as const;

/** Beginnings of sentences. The synthesiser speaks them with the tune of an end, which people do not: harder than life. */
export const UNFINISHED = [
  'I would like to order a',
  'Could you please tell me how to',
  'What is the weather in',
  'I was thinking that maybe we could,',
  'Please send an email to',
  'Yes, but I',
  'I want to go to the',
  'Because when I was in the',
  'Tell my brother that he should',
  'The number of my room is',
] as const;
