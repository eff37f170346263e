import type { Caption } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { turnsOf } from './caption-turns.ts';
import { StickyEnd } from './sticky-end.tsx';

/** All that was said, by turns. */
export function TranscriptPanel({ captions }: { readonly captions: readonly Caption[] }) {
  const { t, i18n } = useTranslation('call');
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  if (captions.length === 0) return <p className="quiet panel-empty">{t('transcript.empty')}</p>;
  return (
    <StickyEnd label={t('panel.transcript')}>
      <ol className="turns">
        {turnsOf(captions).map(({ key, speaker, at, lines }) => (
          <li key={key} data-speaker={speaker}>
            <p className="turn-head">
              <strong>{t(speaker === 'user' ? 'you' : 'oracle')}</strong> <time>{time.format(at)}</time>
            </p>
            {lines.map((line) => (
              <p key={line.key} dir="auto" data-final={line.isFinal || undefined}>
                {line.text}
              </p>
            ))}
          </li>
        ))}
      </ol>
    </StickyEnd>
  );
}
