import type { CallHearing } from '@oracle-calls/protocol/hearing';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { hearingLines, leavesTheMachine } from './hearing-lines.ts';
import './security.css';

export interface HearingNoteProps {
  readonly hearing: CallHearing;
  /** False when the oracle was told to keep nothing of this call. */
  readonly mayRemember: boolean;
}

/** Who hears the call, as sentences. It stands out when something leaves the oracle's machine. */
export function HearingNote({ hearing, mayRemember }: HearingNoteProps) {
  const { t } = useTranslation('security');
  const isElsewhere = leavesTheMachine(hearing);
  return (
    <div
      className="hearing"
      role="note"
      aria-label={t('hearing.title')}
      data-hearing={isElsewhere ? 'elsewhere' : 'here'}
    >
      <Icon name={isElsewhere ? 'send' : 'home'} />
      <ul>
        {hearingLines(hearing, mayRemember).map(({ text, host = '' }) => (
          <li key={text + host}>{t(`hearing.${text}`, { host })}</li>
        ))}
      </ul>
    </div>
  );
}
