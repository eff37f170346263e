import { useEffect, useRef, type ReactNode } from 'react';

/** Nearer to the end than this, a person reads the newest: keep showing it. CSS pixels. */
const NEAR_END = 60;

export interface StickyEndProps {
  /** What the list is, for those who reach it by keys. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A list that grows at its end, and stays there unless the person scrolled up. */
export function StickyEnd({ label, children }: StickyEndProps) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // After each rendering: the list may have grown.
  useEffect(() => {
    const element = box.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  return (
    <div
      ref={box}
      role="region"
      aria-label={label}
      // It may be long, and is then scrolled by keys too.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls has to be reached
      tabIndex={0}
      className="sticky-end"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {children}
    </div>
  );
}
