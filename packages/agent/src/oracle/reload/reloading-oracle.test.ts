import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsEmbedder } from '@oracle-calls/testing/conversation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBrain } from '../../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { openReloadingOracle } from './reloading-oracle.ts';

// The definition is given by documents alone: a runner of tests has an import of its own. `apps/cli` edits real files of definitions.
let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'oracle-calls-reload-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (text: string): Promise<void> => writeFile(join(folder, 'documents', 'house.md'), text);

async function open() {
  const onReloaded = vi.fn();
  const onRefused = vi.fn();
  const opened = vi.fn(wordsEmbedder);
  const { brain } = await openReloadingOracle(
    { documentsDir: join(folder, 'documents') },
    {
      weightsDir: folder,
      onReloaded,
      onRefused,
      openEmbedder: () => Promise.resolve(opened()),
      openTalker: () => Promise.resolve(createBrain({ title: '', place: ON_THIS_MACHINE, answer: () => nothing() })),
    },
  );
  const ask = async (text: string): Promise<string> => {
    let said = '';
    for await (const piece of brain.answer([{ speaker: 'user', text }], { sessionId: 's' })) said += piece;
    return said;
  };
  return { brain, ask, onReloaded, onRefused };
}

async function* nothing(): AsyncGenerator<string> {}

describe('an oracle that is being written', () => {
  it('answers from its documents as they are at the time, and from the ones before when they cannot be used', async () => {
    await mkdir(join(folder, 'documents'));
    await write('Cats cannot stay.');
    const { brain, ask, onReloaded, onRefused } = await open();
    expect(await ask('cats cannot stay')).toBe('Cats cannot stay.');
    await write('Cats can stay now.');
    await vi.waitFor(() => expect(onReloaded).toHaveBeenCalledWith('1 documents, quoted'), 5_000);
    expect(await ask('cats can stay now')).toBe('Cats can stay now.');
    await write('');
    await vi.waitFor(() => expect(onRefused).toHaveBeenCalledWith(expect.stringContaining('no .md or .txt')), 5_000);
    expect(await ask('cats can stay now')).toBe('Cats can stay now.');
    await brain.close();
    await write('Nobody reads this.');
    expect(onReloaded).toHaveBeenCalledTimes(1);
  });

  it('ends an answer as it was begun', async () => {
    await mkdir(join(folder, 'documents'));
    await write('Cats cannot stay.');
    const { brain, onReloaded } = await open();
    const answer = brain.answer([{ speaker: 'user', text: 'cats cannot stay' }], { sessionId: 's' });
    const pieces = answer[Symbol.asyncIterator]();
    const first = pieces.next();
    await write('Dogs may stay.');
    await vi.waitFor(() => expect(onReloaded).toHaveBeenCalled(), 5_000);
    expect(await first).toEqual({ value: 'Cats cannot stay.', done: false });
    expect((await pieces.next()).done).toBe(true);
    await brain.close();
  });
});
