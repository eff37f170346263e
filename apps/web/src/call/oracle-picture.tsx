import { TrackVideo } from '@oracle-calls/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { OracleOrb, type OracleOrbProps } from './orb/oracle-orb.tsx';

export interface OraclePictureProps extends OracleOrbProps {
  /** What the oracle sends of itself, if it does. */
  readonly track: MediaStreamTrack | undefined;
}

/** The oracle as it sends itself, or as the orb. For people who asked for stillness it is the orb, which is still then, until they want to see it move. */
export function OraclePicture({ track, ...orb }: OraclePictureProps) {
  const { t } = useTranslation('call');
  const [wantsStillness] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  const [isShown, setShown] = useState(!wantsStillness);
  if (track === undefined) return <OracleOrb {...orb} />;
  return (
    <>
      {isShown ? (
        <TrackVideo track={track} className="oracle-video" aria-label={t('oracleVideo')} />
      ) : (
        <OracleOrb {...orb} />
      )}
      {wantsStillness && (
        <Button isSmall icon={isShown ? 'videoOff' : 'video'} onClick={() => setShown(!isShown)}>
          {t(isShown ? 'holdStill' : 'showMoving')}
        </Button>
      )}
    </>
  );
}
