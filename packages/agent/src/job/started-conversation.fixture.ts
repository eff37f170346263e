import type { Conversation } from '../conversation/conversation.ts';

/** A conversation that starts when the test says so, and writes down what it is asked. */
export function startedConversation() {
  const did: string[] = [];
  const { promise, resolve } = Promise.withResolvers<Conversation>();
  const note = (what: string): Promise<void> => {
    did.push(what);
    return Promise.resolve();
  };
  const conversation: Conversation = {
    hear: () => note('hears'),
    write: (text) => note(`reads ${text}`),
    interrupt: () => note('is interrupted'),
    fallSilent: () => note('falls silent'),
    close: () => note('closes'),
    [Symbol.asyncDispose]: () => note('closes'),
  };
  return { did, promise, start: () => resolve(conversation) };
}
