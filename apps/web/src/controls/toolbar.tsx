import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

export interface ToolbarProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** Buttons in a row that are one stop of the Tab key; arrow keys move between them (WAI-ARIA, toolbar pattern). */
export function Toolbar({ label, className, children }: ToolbarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const lastFocused = useRef<HTMLButtonElement>(undefined);
  // After each rendering: buttons come, go, and are disabled.
  useEffect(() => {
    const all = buttonsOf(bar.current);
    const stop = lastFocused.current !== undefined && all.includes(lastFocused.current) ? lastFocused.current : all[0];
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  });
  const focus = (button: HTMLButtonElement | undefined): void => {
    if (button === undefined) return;
    for (const one of buttonsOf(bar.current)) one.tabIndex = one === button ? 0 : -1;
    button.focus();
  };
  const move = (event: KeyboardEvent): void => {
    const all = buttonsOf(bar.current);
    const at = all.findIndex((button) => button === document.activeElement);
    const to = movedTo(event.key, at, all.length, getComputedStyle(event.currentTarget).direction === 'rtl');
    if (at === -1 || to === undefined) return;
    event.preventDefault();
    focus(all[to]);
  };
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={label}
      className={className}
      tabIndex={-1}
      onKeyDown={move}
      onFocus={({ target }) => {
        if (target instanceof HTMLButtonElement) lastFocused.current = target;
      }}
    >
      {children}
    </div>
  );
}

/** Those that can be pressed now: a narrow page hides some. */
const buttonsOf = (bar: HTMLElement | null): HTMLButtonElement[] =>
  [...(bar?.querySelectorAll('button') ?? [])].filter(
    (button) => !button.disabled && getComputedStyle(button).display !== 'none',
  );

/** Which of `count` buttons a key leads to; `undefined` for keys that lead nowhere. */
function movedTo(key: string, at: number, count: number, isRightToLeft: boolean): number | undefined {
  switch (key) {
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'ArrowLeft':
    case 'ArrowRight': {
      const step = (key === 'ArrowRight') === isRightToLeft ? -1 : 1;
      return (at + step + count) % count;
    }
    default:
      return undefined;
  }
}
