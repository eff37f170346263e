import type { KeypadKey } from '@oracle-calls/sdk';

const KEYS: Readonly<Record<string, KeypadKey>> = {
  '0': '0',
  '1': '1',
  '2': '2',
  '3': '3',
  '4': '4',
  '5': '5',
  '6': '6',
  '7': '7',
  '8': '8',
  '9': '9',
  '*': '*',
  '#': '#',
};

/** First digits of the scripts that keyboards type besides the Latin one: Arabic, Persian. */
const ZEROS = [0x0660, 0x06f0];

/** What a pressed key means on a telephone. Nothing with keys that the browser takes, and nothing for one that is held down. */
export function keypadKeyOf({
  key,
  altKey,
  ctrlKey,
  metaKey,
  repeat,
}: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'repeat'>): KeypadKey | undefined {
  if (altKey || ctrlKey || metaKey || repeat) return undefined;
  const code = key.length === 1 ? key.charCodeAt(0) : 0;
  const zero = ZEROS.find((first) => code >= first && code <= first + 9);
  return KEYS[zero === undefined ? key : String(code - zero)];
}

/** Whether what is typed there is text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'range'].includes(target.type);
}
