import type { TranscriptLine } from '@oracle-calls/sdk';
import { useTranslation } from 'react-i18next';
import './history.css';

export interface TranscriptProps {
  readonly lines: readonly TranscriptLine[];
  readonly isComplete: boolean;
}

/** What was said and written, side by side. */
export function Transcript({ lines, isComplete }: TranscriptProps) {
  const { t, i18n } = useTranslation('history');
  const times = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  return (
    <>
      <ol className="transcript">
        {lines.map(({ speaker, how, text, at }, index) => (
          // Lines never move, and two of one instant are in order.
          <li key={[at, index].join(' ')} data-speaker={speaker}>
            <p className="quiet">
              <span>{t(`transcript.${speaker}`)}</span>
              {how === 'written' && <span> ({t('transcript.written')})</span>}{' '}
              <time dateTime={new Date(at).toISOString()}>{times.format(at)}</time>
            </p>
            <p dir="auto" className="transcript-text">
              {text}
            </p>
          </li>
        ))}
      </ol>
      {!isComplete && <p className="quiet">{t('transcript.incomplete')}</p>}
    </>
  );
}
