import type { Caption } from '@oracle-calls/react';

/** What one side said until the other spoke. */
export interface CaptionTurn {
  readonly key: string;
  readonly speaker: Caption['speaker'];
  /** When it began: epoch milliseconds. */
  readonly at: number;
  readonly lines: readonly Caption[];
}

/** Lines of one speaker that follow each other are one turn. */
export function turnsOf(captions: readonly Caption[]): readonly CaptionTurn[] {
  const turns: CaptionTurn[] = [];
  for (const line of captions) {
    const last = turns.at(-1);
    if (last?.speaker === line.speaker) turns[turns.length - 1] = { ...last, lines: [...last.lines, line] };
    else turns.push({ key: line.key, speaker: line.speaker, at: line.at, lines: [line] });
  }
  return turns;
}

/** Characters that stand over the stage at once: two lines of a phone. The end of a long sentence is what is being said. */
export const OVERLAY_CHARACTERS = 120;

/** The end of a text, from the beginning of a word. */
export function tailOf(text: string, length = OVERLAY_CHARACTERS): string {
  if (text.length <= length) return text;
  let tail = '';
  for (const { segment } of [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].toReversed()) {
    if (tail.length + segment.length > length) break;
    tail = segment + tail;
  }
  return `… ${tail.trimStart()}`;
}
