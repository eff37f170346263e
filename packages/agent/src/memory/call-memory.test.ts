import { MEMORY_NOTES_MAX_BYTES } from '@oracle-calls/protocol/memory';
import { expect, it } from 'vitest';
import { createCallMemory, HeldMemory } from './call-memory.ts';
import type { NoteChange } from './call-memory.ts';
import { applyNote, fromWireContext, toWireContext } from './wire.ts';

const coded = (code: string): unknown => expect.objectContaining({ code });

it('notes are set, read and deleted, and each change is told', () => {
  const told: NoteChange[] = [];
  const { notes } = new HeldMemory({ notes: { kept: 1 } }, (change) => told.push(change));
  const value = { guests: [1, 2] };
  notes.set('table', value);
  value.guests.push(3);
  expect(notes.get('table')).toEqual({ guests: [1, 2] });
  notes.delete('kept');
  notes.delete('none');
  expect(notes.names).toEqual(['table']);
  expect(told).toEqual([{ name: 'table', value: { guests: [1, 2] } }, { name: 'kept' }]);
});

it('what JSON cannot say, what has no name and what is too large is refused, and changes nothing', () => {
  const { notes } = createCallMemory({ notes: { kept: 1 } });
  const circle: Record<string, never> = {};
  Reflect.set(circle, 'self', circle);
  expect(() => notes.set('a', circle)).toThrow(coded('ERR_PROTOCOL_MALFORMED'));
  expect(() => notes.set('', 1)).toThrow(coded('ERR_PROTOCOL_MALFORMED'));
  expect(() => notes.set('x'.repeat(65), 1)).toThrow(coded('ERR_PROTOCOL_MALFORMED'));
  expect(() => notes.set('a', 'x'.repeat(MEMORY_NOTES_MAX_BYTES))).toThrow(coded('ERR_PROTOCOL_TOO_LARGE'));
  expect(notes.names).toEqual(['kept']);
});

it('another process gets the parts, and what it notes comes back', () => {
  const turns = [{ speaker: 'user', text: 'Hello.', at: 1 } as const];
  const own = { sessionId: 's', memory: createCallMemory({ turns, notes: { a: 1, b: 2 } }) };
  const there = fromWireContext(structuredClone(toWireContext(own)), (change) => applyNote(own, change));
  expect(there.memory?.turns).toEqual(turns);
  there.memory?.notes.set('c', [3]);
  there.memory?.notes.delete('a');
  expect(own.memory.notes.names).toEqual(['b', 'c']);
  expect(fromWireContext(toWireContext({ sessionId: 's' }), () => undefined).memory).toBeUndefined();
});
