/** A piece of a document that is short enough to be spoken from. */
export interface Passage {
  /** What the document is called: its first heading, else the file's name. */
  readonly document: string;
  /** The nearest heading above, when there is one below the title. */
  readonly heading?: string | undefined;
  readonly sentences: readonly string[];
}

/** Words in a passage: beyond that one vector stands for too much, and is close to nothing. */
const MAX_WORDS = 90;

const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const FENCE = /^\s*(?:```|~~~)/;
const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+/;

/** Cuts a text or Markdown document into passages: never across a heading, and not within a sentence. */
export function passagesOf(fileName: string, text: string): Passage[] {
  const blocks = blocksOf(text);
  const title = blocks.find(({ heading }) => heading !== undefined)?.heading ?? titleFrom(fileName);
  return blocks.flatMap(({ heading, sentences }) =>
    groups(sentences).map((group) => ({
      document: title,
      ...(heading === undefined || heading === title ? {} : { heading }),
      sentences: group,
    })),
  );
}

interface Block {
  readonly heading: string | undefined;
  readonly sentences: string[];
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let block: Block = { heading: undefined, sentences: [] };
  let paragraph: string[] = [];
  let isCode = false;
  const endParagraph = (): void => {
    block.sentences.push(...sentencesOf(plainText(paragraph.join(' '))));
    paragraph = [];
  };
  for (const line of text.split(/\r?\n/)) {
    if (FENCE.test(line)) isCode = !isCode;
    // Code is nothing that can be said.
    if (isCode || FENCE.test(line)) continue;
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) {
      endParagraph();
      blocks.push(block);
      block = { heading: plainText(heading), sentences: [] };
    } else if (line.trim() === '') {
      endParagraph();
    } else {
      // Each item of a list is a fact of its own.
      if (ITEM.test(line)) endParagraph();
      paragraph.push(line.trim());
    }
  }
  endParagraph();
  return [...blocks, block];
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' });

export function sentencesOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment.trim()).filter((one) => /\p{L}|\p{N}/u.test(one));
}

/** Markdown's marks are not said. */
function plainText(text: string): string {
  return text
    .replace(ITEM, '')
    .replaceAll(/^\s*>\s?/g, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(\*\*|__|`)(.+?)\1/g, '$2')
    .replaceAll(/(?<!\w)([*_])(\S.*?\S|\S)\1(?!\w)/g, '$2')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const countWords = (text: string): number => text.split(/\s+/).length;

function groups(sentences: readonly string[]): string[][] {
  const all: string[][] = [];
  let words = Infinity;
  for (const sentence of sentences) {
    const more = countWords(sentence);
    if (words + more > MAX_WORDS) {
      all.push([]);
      words = 0;
    }
    all.at(-1)?.push(sentence);
    words += more;
  }
  return all;
}

const titleFrom = (fileName: string): string => fileName.replace(/\.[^.]+$/, '').replaceAll(/[-_]+/g, ' ');
