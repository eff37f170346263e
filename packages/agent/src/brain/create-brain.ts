import type { Brain } from './brain.ts';

export interface BrainParts {
  readonly title: string;
  readonly place: Brain['place'];
  readonly wantsStills?: Brain['wantsStills'];
  readonly answer: Brain['answer'];
  /** Lets go of what the brain holds; called once. */
  readonly close?: (() => Promise<void>) | undefined;
}

/** A {@link Brain} of what matters about it; text alone takes a generator of strings. */
export function createBrain({ title, place, wantsStills, answer, close: release }: BrainParts): Brain {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= release?.() ?? Promise.resolve());
  return { title, place, wantsStills, answer, close, [Symbol.asyncDispose]: close };
}

/** The user's last words; empty when nothing was said. */
export const questionOf = (turns: Parameters<Brain['answer']>[0]): string =>
  turns.findLast(({ speaker }) => speaker === 'user')?.text ?? '';
