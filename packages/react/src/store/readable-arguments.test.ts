import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableArguments, type ReadableArgument } from './readable-arguments.ts';

describe('what a tool would be used with', () => {
  it('is an outline of names and values', () => {
    const value = {
      to: 'Bob',
      amount: 12.5,
      isUrgent: true,
      tags: ['a', 'b'],
      note: '',
      extra: null,
      at: { room: 7 },
      none: {},
    };
    expect(readableArguments(JSON.stringify(value))).toEqual([
      { name: 'to', value: 'Bob' },
      { name: 'amount', value: '12.5' },
      { name: 'isUrgent', value: 'true' },
      {
        name: 'tags',
        value: [
          { name: '1', value: 'a' },
          { name: '2', value: 'b' },
        ],
      },
      { name: 'note', value: '""' },
      { name: 'extra', value: 'null' },
      { name: 'at', value: [{ name: 'room', value: '7' }] },
      { name: 'none', value: '{}' },
    ]);
    expect(readableArguments('{}')).toEqual([]);
  });

  it('shows what is invisible or turns the text around it', () => {
    const text = JSON.stringify({ to: 'bob\u202etnuocca\u2066\u200b\u0007', 'pay\u00adee': '\u{e0041}' });
    expect(readableArguments(text)).toEqual([
      { name: 'to', value: 'bob⟨U+202E⟩tnuocca⟨U+2066⟩⟨U+200B⟩⟨U+0007⟩' },
      { name: 'pay⟨U+00AD⟩ee', value: '⟨U+E0041⟩' },
    ]);
    // Letters and marks that look like nothing: by their category they are as good as any.
    const hidden = JSON.stringify({ to: 'bob\u3164\u115f\uffa0\u034f\u2800' });
    expect(readableArguments(hidden)).toEqual([{ name: 'to', value: 'bob⟨U+3164⟩⟨U+115F⟩⟨U+FFA0⟩⟨U+034F⟩⟨U+2800⟩' }]);
    // Of scripts and pictures, and what shows itself.
    const plain = { a: 'می\u200cخواهم\n\t👩\u200d🔧 ❤\ufe0f النص' };
    expect(readableArguments(JSON.stringify(plain))).toEqual([{ name: 'a', value: plain.a }]);
  });

  it('is shown as it is where it is no outline', () => {
    for (const text of ['no json', '"text"', '12', ''])
      expect(readableArguments(text)).toEqual([{ name: '', value: text }]);
  });

  it('is left out in no part, however deep', () => {
    const flat = (details: readonly ReadableArgument[]): string =>
      details.map(({ name, value }) => `${name}:${typeof value === 'string' ? value : flat(value)}`).join(' ');
    expect(flat(readableArguments('{"a":{"b":{"c":{"d":{"e":"deep"}}}}}'))).toBe('a:b:c:d:{"e":"deep"}');
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue({ maxDepth: 6 })), (value) => {
        const shown = flat(readableArguments(JSON.stringify(value)));
        for (const name of Object.keys(value)) expect(shown).toContain(`${name}:`);
      }),
    );
  });
});
