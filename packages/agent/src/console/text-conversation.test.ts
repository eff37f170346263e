import { describe, expect, it } from 'vitest';
import type { Turn } from '../brain/brain.ts';
import { createBrain } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { TextConversation } from './text-conversation.ts';

/** Repeats what was said in words, each a piece, and remembers what it was asked. */
function repeater() {
  const asked: (readonly Turn[])[] = [];
  const brain = createBrain({
    title: 'repeater',
    place: ON_THIS_MACHINE,
    async *answer(turns, _context, { signal } = {}) {
      asked.push(turns);
      for (const word of (turns.at(-1)?.text ?? '').split(' ')) {
        await Promise.resolve();
        signal?.throwIfAborted();
        if (word === 'fail') throw new Error('broken');
        yield `${word} `;
      }
    },
  });
  return { brain, asked };
}

const read = async (pieces: AsyncIterable<string>): Promise<string> => {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
};

describe('a conversation in writing', () => {
  it('sends along what was said before', async () => {
    const { brain, asked } = repeater();
    const talk = new TextConversation(brain);
    expect(await read(talk.say('one two'))).toBe('one two ');
    await read(talk.say('three'));
    expect(asked[1]).toEqual([
      { speaker: 'user', text: 'one two' },
      { speaker: 'oracle', text: 'one two ' },
      { speaker: 'user', text: 'three' },
    ]);
  });

  it('keeps of an interrupted answer what was read of it', async () => {
    const { brain, asked } = repeater();
    const talk = new TextConversation(brain);
    for await (const piece of talk.say('one two three')) if (piece === 'two ') break;
    await read(talk.say('four'));
    expect(asked[1]?.[1]).toEqual({ speaker: 'oracle', text: 'one two ', isInterrupted: true });
  });

  it('interrupts an answer by the next turn, and keeps the order', async () => {
    const { brain } = repeater();
    const talk = new TextConversation(brain);
    const first = talk.say('one two three');
    expect((await first.next()).value).toBe('one ');
    const second = read(talk.say('four'));
    expect((await first.next()).done).toBe(true);
    expect(await second).toBe('four ');
    expect(talk.turns.map(({ text, isInterrupted }) => [text, isInterrupted])).toEqual([
      ['one two three', undefined],
      ['one ', true],
      ['four', undefined],
      ['four ', undefined],
    ]);
  });

  it('tells a failure to whoever reads, and goes on', async () => {
    const talk = new TextConversation(repeater().brain);
    await expect(read(talk.say('one fail'))).rejects.toThrow('broken');
    expect(await read(talk.say('two'))).toBe('two ');
  });
});
