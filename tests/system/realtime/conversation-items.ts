/** What the model said: all of its words and sound, as far as they were made. */
export interface SpokenItem {
  readonly kind: 'oracle';
  readonly id: string;
  text: string;
  audioMs: number;
  /** When the first of its sound left, in ms of the clock. */
  soundsSince?: number;
  /** How much of it the client says was heard, and when it said so. */
  truncated?: { readonly audioEndMs: number; readonly at: number };
}

/** What a conversation consists of, as the model remembers it. */
export type ConversationItem =
  | { readonly kind: 'user'; readonly id: string; readonly text: string }
  | SpokenItem
  | { readonly kind: 'call'; readonly id: string; readonly callId: string; readonly name: string }
  | { readonly kind: 'output'; readonly id: string; readonly callId: string; readonly output: string };

/** What a model makes of a conversation: words, sentence by sentence, or the wish for a tool. */
export type ModelReply =
  { readonly say: readonly string[] } | { readonly call: { readonly name: string; readonly argumentsText: string } };

/** In the place of the neural network: everything around it is real. */
export type TalkingModel = (items: readonly ConversationItem[]) => ModelReply;

let last = 0;
/** An id as the API's look. */
export const createId = (kind: 'item' | 'resp' | 'event' | 'call' | 'sess'): string => `${kind}_${++last}`;
