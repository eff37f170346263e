import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ring } from '@oracle-calls/sdk';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { Avatar } from '../oracles/avatar.tsx';
import './incoming.css';

export interface IncomingCallProps {
  readonly ring: Ring;
  readonly name: string;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}

/** Asks whether to answer an oracle that rings. Escape does not close it: whoever types elsewhere neither declines nor answers by accident. */
export function IncomingCall({ ring, name, onAccept, onDecline }: IncomingCallProps) {
  const { t } = useTranslation('incoming');
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [title, words] = [useId(), useId()];
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Not on a button, where a browser puts it: whoever is typing when it rings would answer with the next space or Enter.
    heading.current?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      role="alertdialog"
      className="incoming"
      aria-labelledby={title}
      aria-describedby={words}
      data-face="incoming-call"
      data-type={ring.type}
      onCancel={(event) => event.preventDefault()}
    >
      <div className="incoming-who">
        <span className="incoming-waves">
          <Avatar size="large" name={name} />
        </span>
        <h2 ref={heading} id={title} tabIndex={-1}>
          {t(`title.${ring.type}`)}
        </h2>
        <p className="incoming-name">
          <bdi>{name}</bdi>
        </p>
        <div id={words} className="stack">
          <p className="incoming-did">
            <Icon name="check" />
            <span>
              <bdi dir="ltr">{ring.oracleDid}</bdi>
              <span className="quiet">{t('verified')}</span>
            </span>
          </p>
          {ring.reason !== undefined && (
            <figure className="incoming-reason">
              <figcaption className="quiet">{t('says')}</figcaption>
              <blockquote dir="auto">{ring.reason}</blockquote>
            </figure>
          )}
        </div>
      </div>
      <div className="incoming-answers">
        <Button look="danger" icon="hangUp" onClick={onDecline}>
          {t('decline')}
        </Button>
        <Button look="safe" icon={ring.type === 'video' ? 'video' : 'phone'} onClick={onAccept}>
          {t(ring.type === 'video' ? 'acceptVideo' : 'accept')}
        </Button>
      </div>
    </dialog>
  );
}
