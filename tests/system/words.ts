/** Lower-case words of at least four letters: short ones turn up in anything. */
export function contentWords(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z]{4,}/g) ?? []);
}

/** How much of what was said is in what was heard, 0 to 1. */
export function sharedWords(said: string, heard: string): number {
  const wanted = contentWords(said);
  const got = contentWords(heard);
  if (wanted.size === 0) throw new RangeError('Nothing was said.');
  return [...wanted].filter((word) => got.has(word)).length / wanted.size;
}
