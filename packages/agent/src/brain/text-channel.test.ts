import { describe, expect, it } from 'vitest';
import { TextChannel } from './text-channel.ts';

const collect = async (channel: TextChannel): Promise<string[]> => {
  const pieces: string[] = [];
  for await (const piece of channel) pieces.push(piece);
  return pieces;
};

describe('a text channel', () => {
  it('gives every piece in order, those before and those after the reader came', async () => {
    const channel = new TextChannel();
    channel.push('a');
    const read = collect(channel);
    await Promise.resolve();
    channel.push('b');
    channel.push('c');
    channel.end();
    expect(await read).toEqual(['a', 'b', 'c']);
  });

  it('throws its failure after what was said before', async () => {
    const channel = new TextChannel();
    channel.push('a');
    channel.end({ cause: new Error('broken') });
    const reader = channel[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 'a' });
    await expect(reader.next()).rejects.toThrow('broken');
  });

  it('ends once: a failure after the end is not heard', async () => {
    const channel = new TextChannel();
    channel.end();
    channel.end({ cause: new Error('late') });
    expect(await collect(channel)).toEqual([]);
  });
});
