'use client';

import type { ReactNode } from 'react';
import type { ReadableArgument } from '../store/readable-arguments.ts';

/** Details and what is below them, as text. Each value is isolated: a right-to-left text turns nothing around it. */
export function ArgumentOutline({ details }: { readonly details: readonly ReadableArgument[] }): ReactNode {
  return (
    <dl data-part="arguments">
      {details.map(({ name, value }) => (
        <div key={name}>
          {name !== '' && (
            <dt>
              <bdi>{name}</bdi>
            </dt>
          )}
          <dd>{typeof value === 'string' ? <bdi>{value}</bdi> : <ArgumentOutline details={value} />}</dd>
        </div>
      ))}
    </dl>
  );
}
