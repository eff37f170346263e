import { element } from './element.ts';

/** One thing that was said or written. `id` names what a later form of it replaces. */
export interface Utterance {
  readonly id: string;
  readonly by: 'user' | 'oracle';
  readonly text: string;
  readonly isFinal: boolean;
}

export interface ConversationViewActions {
  send(text: string): void;
  interrupt(): void;
}

export interface ConversationView {
  readonly root: HTMLElement;
  show(utterance: Utterance): void;
  setState(state: { readonly canWrite: boolean; readonly isOracleSpeaking: boolean }): void;
  clear(): void;
}

/** As many lines as a person scrolls back through; the page keeps no transcript. */
const LINES_MAX = 200;

const NAMES = { user: 'You', oracle: 'Oracle' } as const;

/** Captions and messages of the call, and a line to write. */
export function createConversationView(actions: ConversationViewActions): ConversationView {
  const log = element('ol', { class: 'log', role: 'log', 'aria-label': 'Captions and messages' });
  const input = element('input', {
    id: 'chat-text',
    type: 'text',
    autocomplete: 'off',
    maxlength: '4000',
    placeholder: 'Write to the oracle',
    'aria-label': 'Write to the oracle',
  });
  const send = element('button', { type: 'submit', class: 'secondary small' }, 'Send');
  const form = element('form', { class: 'chat' }, input, send);
  const interrupt = element('button', { type: 'button', class: 'link', hidden: true }, 'Stop speaking');
  interrupt.onclick = () => actions.interrupt();
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    actions.send(text);
  };
  const root = element(
    'section',
    { class: 'conversation', 'aria-label': 'Conversation', hidden: true },
    log,
    interrupt,
    form,
  );
  const lines = new Map<string, HTMLElement>();
  return {
    root,
    show({ id, by, text, isFinal }) {
      const line = lines.get(id) ?? element('li', { class: by });
      line.replaceChildren(element('b', {}, NAMES[by]), ` ${text}`);
      line.dataset['final'] = String(isFinal);
      if (!lines.has(id)) {
        lines.set(id, line);
        log.append(line);
      }
      for (const [oldest, old] of lines) {
        if (lines.size <= LINES_MAX) break;
        lines.delete(oldest);
        old.remove();
      }
      log.scrollTop = log.scrollHeight;
    },
    setState({ canWrite, isOracleSpeaking }) {
      root.hidden = !canWrite && lines.size === 0;
      form.hidden = !canWrite;
      interrupt.hidden = !canWrite || !isOracleSpeaking;
    },
    clear() {
      lines.clear();
      log.replaceChildren();
    },
  };
}
