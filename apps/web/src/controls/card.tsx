import { useId, type ReactNode } from 'react';

export interface CardProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}

/** One task in the middle of the page. */
export function Card({ title, lead, children }: CardProps) {
  const id = useId();
  return (
    <main className="card-page">
      <section className="card" aria-labelledby={id}>
        <h1 id={id}>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {children}
      </section>
    </main>
  );
}
