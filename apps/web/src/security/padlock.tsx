import type { CallSecurity, CallState } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { padlockLine } from './security-facts.ts';
import './security.css';

export interface PadlockStatusProps {
  readonly state: CallState;
  readonly security: CallSecurity;
}

/** The honest padlock: closed only when frames were really sealed and opened. */
export function PadlockStatus({ state, security }: PadlockStatusProps) {
  const { t } = useTranslation('security');
  const { padlock, text } = padlockLine(state, security);
  const isClosed = padlock === 'encrypted' || padlock === 'verified';
  return (
    <p className="padlock" data-padlock={padlock ?? 'unknown'}>
      {padlock !== undefined && <Icon name={isClosed ? 'lock' : 'unlocked'} />}
      <span>{t(`padlock.${text}`)}</span>
    </p>
  );
}
