import { describe, expect, it, test } from 'vitest';
import { passagesOf, sentencesOf } from './passages.ts';

describe('a document', () => {
  it('is called by its first heading, and cut at every other', () => {
    const text = '# Guide\n\nWelcome.\n\n## Pets\n\nNo cats. One *dog* may\nstay.\n';
    expect(passagesOf('guide.md', text)).toEqual([
      { document: 'Guide', sentences: ['Welcome.'] },
      { document: 'Guide', heading: 'Pets', sentences: ['No cats.', 'One dog may stay.'] },
    ]);
  });

  it('without a heading is called by its file', () => {
    expect(passagesOf('getting-here_now.txt', 'By bus.')).toEqual([
      { document: 'getting here now', sentences: ['By bus.'] },
    ]);
  });

  it('is said without its marks: links, emphasis, lists, quotes and code', () => {
    const text = '- See [the *map*](https://a.example/x)\n- `npm test` runs **all**\n\n> 2 * 3 * 4\n\n```\ncode\n```\n';
    expect(passagesOf('a.md', text)[0]?.sentences).toEqual(['See the map', 'npm test runs all', '2 * 3 * 4']);
  });

  it('is cut into passages that are short enough to mean one thing, and never within a sentence', () => {
    const sentence = `${Array.from({ length: 40 }, () => 'Word').join(' ')}.`;
    const sentences = passagesOf('a.md', [sentence, sentence, sentence].join(' ')).map((one) => one.sentences.length);
    expect(sentences).toEqual([2, 1]);
  });

  it('of nothing has no passages', () => {
    expect(passagesOf('a.md', '# Title\n\n---\n\n```\nonly code\n```')).toEqual([]);
  });
});

test('sentences end where sentences end, and hold something to say', () => {
  expect(sentencesOf('It costs 1.50 euros. Really? Yes! …')).toEqual(['It costs 1.50 euros.', 'Really?', 'Yes!']);
});
