import { TrackVideo } from '@oracle-calls/react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { OraclePicture } from './oracle-picture.tsx';
import type { Audible } from './orb/oracle-orb.tsx';
import type { OrbMood } from './orb/orb-shape.ts';
import { SelfView } from './self-view.tsx';
import type { StatusText } from './call-state-words.ts';
import type { ReactNode } from 'react';

export interface CallStageProps {
  readonly status: StatusText;
  readonly mood: OrbMood;
  readonly oracle: Audible | undefined;
  readonly microphone: Audible | undefined;
  readonly oracleVideo: MediaStreamTrack | undefined;
  readonly camera: MediaStreamTrack | undefined;
  readonly screen: MediaStreamTrack | undefined;
  readonly isMuted: boolean;
  /** Absent where another place offers it. */
  readonly onInterrupt: (() => void) | undefined;
  readonly onStopSharing: () => void;
  /** Captions. */
  readonly children: ReactNode;
}

/** The oracle as it sends itself, or as a form that its voice moves; the own screen while it is shared, and the own camera. */
export function CallStage(props: CallStageProps) {
  const { t } = useTranslation('call');
  const { status, mood, oracleVideo, camera, screen, onInterrupt } = props;
  return (
    <section className="stage" aria-label={t('oracle')} data-main={screen === undefined ? 'oracle' : 'screen'}>
      {screen !== undefined && (
        <figure className="shared-screen">
          <TrackVideo track={screen} aria-label={t('ownScreen')} data-source="screen" />
          <figcaption>
            <span>{t('sharing')}</span>
            <Button isSmall icon="screenOff" onClick={props.onStopSharing}>
              {t('stopSharing')}
            </Button>
          </figcaption>
        </figure>
      )}
      <div className="stage-oracle">
        <OraclePicture
          track={oracleVideo}
          mood={mood}
          oracle={props.oracle}
          caller={props.isMuted ? undefined : props.microphone}
        />
        <div className="stage-words">
          <p role="status" className={status === 'live' ? 'unseen' : 'stage-status'}>
            {t(`status.${status}`)}
          </p>
          {props.isMuted && (
            <p className="muted-chip">
              <Icon name="muted" />
              {t('muted')}
            </p>
          )}
          {status === 'live' && mood !== 'waiting' && (
            <p className="stage-status" data-activity={mood}>
              {t(`activity.${mood}`)}
            </p>
          )}
          {onInterrupt !== undefined && (
            <Button isSmall icon="stop" onClick={onInterrupt}>
              {t('stopSpeaking')}
            </Button>
          )}
        </div>
      </div>
      {camera !== undefined && <SelfView track={camera} />}
      {props.children}
    </section>
  );
}
