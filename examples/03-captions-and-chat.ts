/** One idea: what is said becomes readable, and what is written is said. Both travel sealed; neither server can read them. */
import type { OracleCall } from '@oracle-calls/sdk';

export interface ConversationView {
  /** One list item for each utterance. */
  readonly lines: HTMLOListElement;
  readonly form: HTMLFormElement;
  readonly text: HTMLInputElement;
  /** Shown while the oracle speaks. */
  readonly stop: HTMLButtonElement;
}

/** Shows the captions of both sides and sends what is written. Dispose it to stop. */
export function showConversation(call: OracleCall, { lines, form, text, stop }: ConversationView): Disposable {
  const shown = new Map<string, HTMLLIElement>();
  const show = (id: string, line: string): void => {
    const item = shown.get(id) ?? document.createElement('li');
    item.textContent = line;
    if (!shown.has(id)) lines.append(item);
    shown.set(id, item);
  };
  form.onsubmit = (event): void => {
    event.preventDefault();
    const written = text.value;
    text.value = '';
    show(crypto.randomUUID(), `you wrote: ${written}`);
    void call.sendChat(written);
  };
  stop.onclick = (): void => void call.interrupt();
  return call.observe((notice) => {
    switch (notice.kind) {
      case 'caption':
        // A later caption of the same segment replaces the earlier one.
        show(notice.segment, `${notice.speaker}: ${notice.text}`);
        break;
      case 'chat':
        show(crypto.randomUUID(), `oracle wrote: ${notice.text}`);
        break;
      case 'oracleState':
        stop.hidden = notice.state !== 'speaking';
        break;
      default:
    }
  });
}
