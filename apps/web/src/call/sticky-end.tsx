import { useEffect, useRef, type ReactNode } from 'react';

/** Nearer to the end than this, a person reads the newest: keep showing it. CSS pixels. */
const NEAR_END = 60;

/** A list that grows at its end, and stays there unless the person scrolled up. */
export function StickyEnd({ children }: { readonly children: ReactNode }) {
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
      className="sticky-end"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {children}
    </div>
  );
}
