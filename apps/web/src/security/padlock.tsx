import type { OracleCall } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { padlockLine } from './security-facts.ts';
import './security.css';

/** The honest padlock: closed only when frames were really sealed and opened. */
export function PadlockStatus({ call }: { readonly call: OracleCall | undefined }) {
  const { t } = useTranslation('security');
  const { padlock, text } = padlockLine(call?.state, call?.security);
  const isClosed = padlock === 'encrypted' || padlock === 'verified';
  return (
    <p className="padlock" data-padlock={padlock ?? 'unknown'}>
      {padlock !== undefined && <Icon name={isClosed ? 'lock' : 'unlocked'} />}
      <span>{t(`padlock.${text}`)}</span>
    </p>
  );
}
