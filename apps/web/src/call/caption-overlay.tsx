import type { Caption } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../controls/icon.tsx';
import { tailOf } from './caption-turns.ts';

/** More lines would cover the stage. */
const LINES = 2;

export interface CaptionOverlayProps {
  readonly captions: readonly Caption[];
  readonly onShowAll: () => void;
}

/** The last lines over the stage, for eyes: they change while they are spoken. Screen readers hear them from `SpokenLines`. */
export function CaptionOverlay({ captions, onShowAll }: CaptionOverlayProps) {
  const { t } = useTranslation('call');
  const lines = captions.slice(-LINES);
  if (lines.length === 0) return null;
  return (
    <div className="caption-overlay">
      <div aria-hidden="true">
        {lines.map(({ key, speaker, text, isFinal }) => (
          <p key={key} data-speaker={speaker} data-final={isFinal || undefined}>
            <span>{t(speaker === 'user' ? 'you' : 'oracle')}</span> <bdi>{tailOf(text)}</bdi>
          </p>
        ))}
      </div>
      <button type="button" aria-label={t('transcript.show')} title={t('transcript.show')} onClick={onShowAll}>
        <Icon name="history" />
      </button>
    </div>
  );
}
