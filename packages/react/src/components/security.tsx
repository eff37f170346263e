'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { OracleCall } from '@oracle-calls/sdk';
import type { ReactNode } from 'react';
import { useCallSecurity } from '../hooks/use-call-facts.ts';
import { useOracleCall } from '../hooks/use-oracle-call.ts';
import { useLabels } from '../labels/use-labels.ts';
import { ActionButton } from './action-button.tsx';
import type { CallPartProps } from './part-props.ts';

/**
 * The padlock, in words and as `data-padlock`. It is open until this client's own worker has sealed and opened frames after a confirmed key exchange, and
 * whenever that is no longer known; nothing that a server says closes it.
 */
export function SecurityBadge({ call, className, labels }: CallPartProps): ReactNode {
  const words = useLabels(labels);
  const padlock = useCallSecurity(call)?.padlock ?? 'none';
  return (
    <span className={className} data-padlock={padlock}>
      {words.padlocks[padlock]}
    </span>
  );
}

export interface ComparisonCodeProps extends CallPartProps {
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

/** The code that both ends compare, and what came of it. Nothing until there is one. "They differ" ends the call. */
export function ComparisonCode({ call, className, labels, onError }: ComparisonCodeProps): ReactNode {
  const words = useLabels(labels);
  const shown = useOracleCall().call;
  const security = useCallSecurity(call);
  const code = security?.comparisonCode?.formatted;
  const about: OracleCall | undefined = call ?? shown;
  if (code === undefined || about === undefined) return null;
  const report = (error: unknown): void => onError?.(toOracleCallError(error));
  return (
    <section className={className} aria-label={words.comparisonCode} data-state={security?.padlock}>
      <code dir="ltr">{code}</code>
      {security?.isVerified === true ? (
        <p>{words.padlocks.verified}</p>
      ) : (
        <>
          <p>{words.compare}</p>
          <ActionButton label={words.codesAreSame} onError={report} act={() => about.confirmComparisonCode(true)} />
          <ActionButton label={words.codesDiffer} onError={report} act={() => about.confirmComparisonCode(false)} />
        </>
      )}
    </section>
  );
}
