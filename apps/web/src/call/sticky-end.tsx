import { useEffect, useRef, type ReactNode } from 'react';

/** Nearer to the end than this, a person reads the newest: keep showing it. CSS pixels. */
const NEAR_END = 60;

/** A list that grows at its end, and stays there unless the person scrolled up. */
export function StickyEnd({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [count]);
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
