/** One message of the chat beside a call. */
export interface ChatMessage {
  /** Names the message among those of its call. */
  readonly id: number;
  readonly from: 'user' | 'oracle';
  readonly text: string;
  /** Epoch milliseconds: by the oracle's clock for what it wrote, by this machine's for the rest. */
  readonly at: number;
  /** `sending` until the oracle has it. What the oracle wrote is `sent`. */
  readonly status: 'sending' | 'sent' | 'failed';
}

/** As for captions: what is older is in the transcript. */
export const CHAT_MAX = 500;

export const withMessage = (chat: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] =>
  [...chat, message].slice(-CHAT_MAX);

export const withStatus = (
  chat: readonly ChatMessage[],
  id: number,
  status: ChatMessage['status'],
): readonly ChatMessage[] => chat.map((message) => (message.id === id ? { ...message, status } : message));
