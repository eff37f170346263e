'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { Ring } from '@oracle-calls/sdk';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useIncomingCall } from '../hooks/use-incoming-call.ts';
import { useLabels } from '../labels/use-labels.ts';
import { ActionButton } from './action-button.tsx';
import type { PartProps } from './part-props.ts';

export interface IncomingCallProps extends PartProps {
  /** As in a call's request: whether what is said is kept. */
  readonly keepsTranscript?: boolean | undefined;
  /** Says whose ring it is; the oracle's DID when absent. */
  readonly nameOf?: ((ring: Ring) => ReactNode) | undefined;
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

/**
 * Asks whether to answer an oracle that rings. A modal dialog: its heading takes the focus, and the dialog gives it back. Escape does
 * not close it: whoever types elsewhere neither declines nor answers by accident.
 */
export function IncomingCall({ className, labels, keepsTranscript, nameOf, onError }: IncomingCallProps): ReactNode {
  const words = useLabels(labels);
  const { ring, accept, decline } = useIncomingCall();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const title = useId();
  const ringEventId = ring?.ringEventId;
  useEffect(() => {
    const element = dialog.current;
    if (element === null || ringEventId === undefined) return undefined;
    element.showModal();
    // Not the first button, where a browser puts it: whoever is typing when it rings would answer with the next space or Enter.
    heading.current?.focus();
    return () => element.close();
  }, [ringEventId]);
  if (ring === undefined) return null;
  const report = (error: unknown): void => onError?.(toOracleCallError(error));
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={title}
      data-state={ring.status}
      data-type={ring.type}
      onCancel={(event) => event.preventDefault()}
    >
      <h2 ref={heading} id={title} tabIndex={-1}>
        {words.incomingCall[ring.type]}
      </h2>
      <p data-part="caller" dir="auto">
        {nameOf?.(ring) ?? ring.oracleDid}
      </p>
      {ring.reason !== undefined && (
        <blockquote data-part="reason" dir="auto">
          {ring.reason}
        </blockquote>
      )}
      <ActionButton
        label={words.accept}
        data-action="accept"
        onError={report}
        act={() => {
          accept({ keepsTranscript });
          return undefined;
        }}
      />
      <ActionButton label={words.decline} data-action="decline" onError={report} act={decline} />
    </dialog>
  );
}
