import { codeOf, type ErrorCode } from '@oracle-calls/protocol';
import { useEffect, useRef, useState } from 'react';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { Button } from './button.tsx';
import './confirmed-action.css';

export interface ConfirmedActionProps {
  readonly face: string;
  /** What the person presses first. */
  readonly button: string;
  /** What it means, before it is done. */
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly onConfirm: () => Promise<void>;
  readonly onDone?: (() => void) | undefined;
}

/** Does what cannot be undone after a person has read what that means: keeping it is where the focus is. */
export function ConfirmedAction(props: ConfirmedActionProps) {
  const { face, button, title, text, confirm, cancel, onConfirm, onDone } = props;
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [errorCode, setErrorCode] = useState<ErrorCode>();
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsking) keep.current?.focus();
  }, [isAsking]);
  const act = async (): Promise<void> => {
    setBusy(true);
    setErrorCode(undefined);
    try {
      await onConfirm();
      onDone?.();
    } catch (error) {
      setErrorCode(codeOf(error));
      setBusy(false);
    }
  };
  if (!isAsking) {
    return (
      <div className="row">
        <Button look="link" icon="bin" onClick={() => setAsking(true)}>
          {button}
        </Button>
      </div>
    );
  }
  return (
    <section className="confirmed-action" role="group" aria-label={title} data-face={face}>
      <h2>{title}</h2>
      <p>{text}</p>
      {errorCode !== undefined && <ErrorBanner code={errorCode} />}
      <div className="row">
        <Button ref={keep} isSmall disabled={isBusy} onClick={() => setAsking(false)}>
          {cancel}
        </Button>
        <Button isSmall look="danger" disabled={isBusy} onClick={() => void act()}>
          {confirm}
        </Button>
      </div>
    </section>
  );
}
