import { useAudioLevel } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { heightOf } from '../call/orb/orb-shape.ts';

export interface Audible {
  level(): number;
}

/** How loud a microphone is: a bar that moves, and a value for who asks. */
export function LevelBar({ track }: { readonly track: Audible }) {
  const { t } = useTranslation('lobby');
  const height = heightOf(useAudioLevel(track));
  return (
    <div
      className="level-bar"
      role="meter"
      aria-label={t('level')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(height * 100)}
    >
      <span style={{ inlineSize: `${height * 100}%` }} />
    </div>
  );
}
