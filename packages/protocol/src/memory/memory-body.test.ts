import { expect, test } from 'vitest';
import { decodeMemoryBody, encodeMemoryBody, MEMORY_NOTES_MAX_BYTES, type RememberedTurn } from './memory-body.ts';
import { MEMORY_BODY_MAX_BYTES } from './memory-record-size.ts';

const turn = (text: string, at = 1): RememberedTurn => ({ speaker: 'user', text, at });

test('a body survives its bytes', () => {
  const body = {
    turns: [turn('How is it?'), { speaker: 'oracle', text: 'Gut. 😀', at: 2 } as const],
    notes: { a: [1, null, { b: 'c' }] },
  };
  expect(decodeMemoryBody(encodeMemoryBody(body))).toEqual(body);
});

test('the oldest turns are dropped until the rest fits, and notes stay', () => {
  const turns = Array.from({ length: 100 }, (_, index) => turn('ä'.repeat(400), index));
  const notes = { kept: 'x'.repeat(2_000) };
  const bytes = encodeMemoryBody({ turns, notes });
  expect(bytes.length).toBeLessThanOrEqual(MEMORY_BODY_MAX_BYTES);
  const body = decodeMemoryBody(bytes);
  expect(body.notes).toEqual(notes);
  expect(body.turns.length).toBeGreaterThan(30);
  expect(body.turns).toEqual(turns.slice(-body.turns.length));
});

test.each([
  [
    'notes that are too large',
    { turns: [], notes: { a: 'x'.repeat(MEMORY_NOTES_MAX_BYTES) } },
    'ERR_PROTOCOL_TOO_LARGE',
  ],
  ['an empty turn', { turns: [turn('')], notes: {} }, 'ERR_PROTOCOL_MALFORMED'],
  ['a note without a name', { turns: [], notes: { '': 1 } }, 'ERR_PROTOCOL_MALFORMED'],
])('%s are not encoded', (_what, body, code) => {
  expect(() => encodeMemoryBody(body)).toThrow(expect.objectContaining({ code }));
});

test.each(['', '[]', '{"turns":[]}', '{"turns":[],"notes":{},"more":1}'])('%j is no body', (text) => {
  const decode = () => decodeMemoryBody(new TextEncoder().encode(text));
  expect(decode).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});
