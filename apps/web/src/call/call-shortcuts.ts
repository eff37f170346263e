/** What a key does in a call. */
export type CallShortcut = 'mute' | 'camera' | 'captions' | 'chat' | 'help' | 'close';

/** As the list of them shows it. */
export const SHORTCUTS = [
  { shortcut: 'mute', key: 'M' },
  { shortcut: 'camera', key: 'V' },
  { shortcut: 'captions', key: 'C' },
  { shortcut: 'chat', key: 'T' },
  { shortcut: 'help', key: '?' },
  { shortcut: 'close', key: 'Esc' },
] as const satisfies readonly { readonly shortcut: CallShortcut; readonly key: string }[];

const BY_KEY: Readonly<Record<string, CallShortcut>> = {
  m: 'mute',
  v: 'camera',
  c: 'captions',
  t: 'chat',
  '?': 'help',
  escape: 'close',
};

/** The same keys of a keyboard whose letters are not Latin, by where they are. */
const BY_PLACE: Readonly<Record<string, CallShortcut>> = {
  KeyM: 'mute',
  KeyV: 'camera',
  KeyC: 'captions',
  KeyT: 'chat',
};

export interface PressedKey {
  readonly key: string;
  readonly code: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** Where it was pressed. */
  readonly target: unknown;
}

/** What a pressed key asks for: nothing while somebody types, nor with keys that the browser takes. */
export function shortcutOf({
  key,
  code,
  altKey,
  ctrlKey,
  metaKey,
  repeat,
  target,
}: PressedKey): CallShortcut | undefined {
  if (altKey || ctrlKey || metaKey || repeat) return undefined;
  const shortcut = BY_KEY[key.toLowerCase()] ?? (isLatin(key) ? undefined : BY_PLACE[code]);
  // Whoever types may still close what they type in.
  return shortcut !== 'close' && isTyping(target) ? undefined : shortcut;
}

/** One letter of the Latin alphabet says itself what it is, wherever it lies. */
const isLatin = (key: string): boolean => /^[ -~]$/.test(key);

function isTyping(target: unknown): boolean {
  if (typeof target !== 'object' || target === null || !('tagName' in target)) return false;
  if ('isContentEditable' in target && target.isContentEditable === true) return true;
  const { tagName } = target;
  if (tagName === 'TEXTAREA' || tagName === 'SELECT') return true;
  // A slider takes arrows, and no letters.
  return tagName === 'INPUT' && !('type' in target && target.type === 'range');
}
