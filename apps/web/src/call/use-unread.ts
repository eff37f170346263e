import type { ChatMessage } from '@oracle-calls/react';
import { useState } from 'react';

/** How many of the oracle's messages came since the chat was last open. */
export function useUnread(messages: readonly ChatMessage[], isOpen: boolean): number {
  const last = messages.findLast(({ from }) => from === 'oracle')?.id ?? 0;
  const [seen, setSeen] = useState(last);
  // Told in rendering: React renders again at once, and nothing flickers.
  if (isOpen && seen !== last) setSeen(last);
  return isOpen ? 0 : messages.filter(({ id, from }) => from === 'oracle' && id > seen).length;
}
