import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsEmbedder } from '@oracle-calls/testing/conversation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLibrary } from './library.ts';
import { MAX_SENTENCES, readDocuments } from './read-documents.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-documents-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const unusable = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' });

describe('a folder of documents', () => {
  it('is read with what lies in it, texts alone, in the order of names', async () => {
    await mkdir(join(folder, 'more'));
    await writeFile(join(folder, 'b.txt'), 'Second.');
    await writeFile(join(folder, 'a.md'), 'First.');
    await writeFile(join(folder, 'more/c.MD'), 'Third.');
    await writeFile(join(folder, 'd.json'), '{"no":"text"}');
    expect((await readDocuments(folder)).map(({ sentences }) => sentences)).toEqual([
      ['First.'],
      ['Second.'],
      ['Third.'],
    ]);
  });

  it.each([
    ['is not there', () => rm(folder, { recursive: true })],
    ['holds nothing to say', () => writeFile(join(folder, 'a.md'), '# Only a title')],
    ['holds too large a file', () => writeFile(join(folder, 'a.md'), 'x'.repeat(1024 * 1024 + 1))],
    ['holds too much', () => writeFile(join(folder, 'a.md'), 'One fact. '.repeat(MAX_SENTENCES + 1))],
  ])('is refused when it %s', async (_what, prepare) => {
    await prepare();
    await expect(readDocuments(folder)).rejects.toEqual(unusable);
  });
});

describe('a library', () => {
  const passages = [
    { document: 'Guide', heading: 'Pets', sentences: ['No cats.', 'One dog may stay.'] },
    { document: 'Guide', heading: 'Noise', sentences: ['Be quiet after ten.'] },
    { document: 'Food', sentences: ['Breakfast is at seven.'] },
  ];

  it('finds the sentence that is closest, and the passages after it', async () => {
    const library = await openLibrary(passages, wordsEmbedder());
    const found = await library.search('may one dog stay', { count: 2 });
    expect(found.map(({ passage, sentence }) => passage.sentences[sentence])).toEqual([
      'One dog may stay.',
      expect.any(String),
    ]);
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 1);
    expect(library.documents).toEqual(['Guide', 'Food']);
  });

  it('reads each sentence under its heading, once', async () => {
    const embedder = wordsEmbedder();
    const library = await openLibrary(passages, embedder);
    await library.search('noise');
    expect(embedder.asked).toEqual([
      'Pets: No cats.',
      'Pets: One dog may stay.',
      'Noise: Be quiet after ten.',
      'Food: Breakfast is at seven.',
      'noise',
    ]);
  });
});
