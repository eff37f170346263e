import { wordsEmbedder } from '@oracle-calls/testing/conversation';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { openLibrary } from '../../documents/library.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { defineTool } from '../../tools/tool.ts';
import type { Tool } from '../../tools/tool.ts';
import { ToolBox } from '../../tools/tool-box.ts';
import type { AnswerOptions, Turn } from '../brain.ts';
import { createBrain } from '../create-brain.ts';
import { openGroundedBrain } from './grounded-brain.ts';
import { introductionFrom } from './small-talk.ts';

const passages = [
  {
    document: 'House guide',
    heading: 'Pets',
    sentences: ['Cats cannot stay.', 'Dogs may stay.'],
  },
  { document: 'Breakfast', sentences: ['Breakfast begins at seven.'] },
];

async function open(tools: readonly Tool[] = [], hasLibrary = true) {
  const embedder = wordsEmbedder();
  const talker = createBrain({
    title: 'talker',
    place: ON_THIS_MACHINE,
    async *answer() {
      await Promise.resolve();
      yield 'Hello to you.';
    },
  });
  const source = hasLibrary
    ? {
        library: await openLibrary(passages, embedder),
        introduction: introductionFrom('You are Ada, a clerk. Be brief.'),
      }
    : { talker };
  const brain = await openGroundedBrain({ source, embedder, tools, toolBox: new ToolBox(tools) });
  const ask = async (asked: string | readonly Turn[], how?: AnswerOptions): Promise<string> => {
    const turns: readonly Turn[] = typeof asked === 'string' ? [{ speaker: 'user', text: asked }] : asked;
    let said = '';
    for await (const piece of brain.answer(turns, { sessionId: 's' }, how)) said += piece;
    return said;
  };
  return { brain, ask };
}

describe('the local brain with documents', () => {
  it('answers with the passage that tells it, when it is short enough to be heard', async () => {
    const { ask, brain } = await open();
    expect(await ask('Pets: can cats stay?')).toBe('Cats cannot stay. Dogs may stay.');
    expect(await ask('When does breakfast begin? Breakfast begins at')).toBe('Breakfast begins at seven.');
    expect(brain.place).toEqual(ON_THIS_MACHINE);
  });

  it('says that it does not know, and what it can be asked', async () => {
    const { ask } = await open();
    expect(await ask('Who painted the Mona Lisa?')).toBe(
      'I do not know that. I can tell you about “House guide” and “Breakfast”.',
    );
  });

  it('names the document of its last answer, for who asks', async () => {
    const { ask } = await open();
    const turns = (said: string): Turn[] => [
      { speaker: 'user', text: 'Can cats stay?' },
      { speaker: 'oracle', text: said },
      { speaker: 'user', text: 'Where does it say that?' },
    ];
    expect(await ask(turns('Cats cannot stay. Dogs may stay.'))).toBe('It is in “House guide”, under “Pets”.');
    expect(await ask(turns('Breakfast begins at seven.'))).toBe('It is in “Breakfast”.');
    expect(await ask(turns('Hello to you.'))).toBe('That was not from one of my documents.');
  });

  it('understands a question that leans on the one before', async () => {
    const { ask } = await open();
    const turns: Turn[] = [
      { speaker: 'user', text: 'Pets: cats cannot' },
      { speaker: 'oracle', text: 'Cats cannot stay.' },
      { speaker: 'user', text: 'And stay?' },
    ];
    expect(await ask(turns)).toContain('Cats cannot stay.');
    expect(await ask('And stay?')).toMatch(/^I do not know that/);
  });

  it('returns courtesies, also after a question that they could be taken to lean on', async () => {
    const { ask } = await open();
    expect(await ask('Good morning.')).toBe('Hello. You can ask me about “House guide” and “Breakfast”.');
    const turns: Turn[] = [
      { speaker: 'user', text: 'Pets: can cats stay?' },
      { speaker: 'oracle', text: 'Cats cannot stay. Dogs may stay.' },
      { speaker: 'user', text: 'Thank you.' },
    ];
    expect(await ask(turns)).toBe('You are welcome.');
  });

  it('introduces itself by what its instructions begin with', async () => {
    const { ask } = await open();
    expect(await ask('Who are you?')).toMatch(/^I am Ada, a clerk\. You can ask me about /);
    expect(introductionFrom('Be brief.')).toBe('I answer from the documents that I was given.');
  });

  it('goes on where an answer broke off', async () => {
    const { ask } = await open();
    expect(await ask('Pets: can cats stay?', { alreadySaid: 'Cats cannot stay. ' })).toBe('Dogs may stay.');
  });

  it('without documents leaves everything that no tool is for to the language model', async () => {
    const { ask, brain } = await open([], false);
    expect(await ask('Who painted the Mona Lisa?')).toBe('Hello to you.');
    expect(brain.title).toBe('tools, and talker');
  });
});

describe('tools of the local brain', () => {
  const order = vi.fn(({ place }: { place: string }) => `A taxi to ${place} is on its way.`);
  const taxi = defineTool({
    name: 'taxi',
    description: 'Orders a taxi.',
    parameters: v.object({ place: v.string() }),
    needsApproval: true,
    examples: ['a taxi to {place}', 'drive me to {place} please'],
    run: order,
  });
  const clock = defineTool({
    name: 'clock',
    description: 'Tells the time.',
    parameters: v.object({}),
    examples: ['What time is it?'],
    run: () => ({ hours: 9 }),
    say: (result) => `It is ${v.parse(v.object({ hours: v.number() }), result).hours} o'clock.`,
  });

  it('are chosen by their examples, whose places become parameters', async () => {
    const { ask } = await open([taxi, clock]);
    const approve = vi.fn(() => Promise.resolve(true));
    expect(await ask('Could you call a taxi to the North Station?', { approve })).toBe(
      'A taxi to the North Station is on its way.',
    );
    expect(await ask('drive me to the lake, please.', { approve })).toBe('A taxi to the lake is on its way.');
    expect(await ask('what time is it')).toBe("It is 9 o'clock.");
  });

  it('that the user does not allow are not run, and that is said', async () => {
    order.mockClear();
    const { ask } = await open([taxi]);
    expect(await ask('a taxi to town', { approve: () => Promise.resolve(false) })).toBe('All right, I leave it.');
    expect(order).not.toHaveBeenCalled();
  });

  it('are not chosen by half a sentence of their examples', async () => {
    const { ask } = await open([taxi, clock]);
    expect(await ask('Is there a taxi?')).toMatch(/^I do not know that/);
  });
});
