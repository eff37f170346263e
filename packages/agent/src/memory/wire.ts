import type { MemoryBody } from '@oracle-calls/protocol/memory';
import type { CallContext } from '../brain/brain.ts';
import { bodyOf, HeldMemory } from './call-memory.ts';
import type { NoteChange } from './call-memory.ts';

/* A call's memory is the job's; brains are elsewhere: they get its parts with each answer, and tell which notes they change. */

/** A context with the parts of its memory instead of it, for another process. */
export type WireContext = Omit<CallContext, 'memory'> & { readonly memory?: MemoryBody | undefined };

export function toWireContext(context: CallContext): WireContext {
  const { memory } = context;
  return { ...context, memory: memory === undefined ? undefined : bodyOf(memory) };
}

export function fromWireContext({ memory, ...context }: WireContext, tell: (change: NoteChange) => void): CallContext {
  return memory === undefined ? context : { ...context, memory: new HeldMemory(memory, tell) };
}

/** Does to a memory what was done to its copy. */
export function applyNote({ memory }: CallContext, { name, value }: NoteChange): void {
  if (value === undefined) memory?.notes.delete(name);
  else memory?.notes.set(name, value);
}
