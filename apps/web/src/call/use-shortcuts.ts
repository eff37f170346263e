import { useEffect, useRef } from 'react';
import { shortcutOf, type CallShortcut } from './call-shortcuts.ts';

/** Calls back for the keys of a call while the component is there. */
export function useShortcuts(pressed: (shortcut: CallShortcut) => void): void {
  const latest = useRef(pressed);
  useEffect(() => {
    latest.current = pressed;
  });
  useEffect(() => {
    const over = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        const shortcut = event.defaultPrevented ? undefined : shortcutOf(event);
        if (shortcut === undefined) return;
        event.preventDefault();
        latest.current(shortcut);
      },
      { signal: over.signal },
    );
    return () => over.abort();
  }, []);
}
