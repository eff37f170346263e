import type { TimelineMs } from '@oracle-calls/protocol';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import type { CallPanel } from './call-panel.ts';
import { SHORTCUTS } from './call-shortcuts.ts';
import { TimelineTable } from './timeline-table.tsx';

export interface MorePanelProps {
  readonly timeline: TimelineMs;
  readonly canShareScreen: boolean;
  readonly isScreenShared: boolean;
  readonly areCaptionsShown: boolean;
  readonly onScreen: () => void;
  readonly onCaptions: () => void;
  readonly onPanel: (panel: CallPanel) => void;
}

/** The rest: what a narrow page leaves out of the bar, the keys, and the timeline. */
export function MorePanel(props: MorePanelProps) {
  const { t } = useTranslation('call');
  return (
    <div className="more">
      <div className="more-actions">
        {props.canShareScreen && (
          <Button icon={props.isScreenShared ? 'screenOff' : 'screen'} data-narrow onClick={props.onScreen}>
            {t(props.isScreenShared ? 'stopSharing' : 'shareScreen')}
          </Button>
        )}
        <Button icon="captions" data-narrow aria-pressed={props.areCaptionsShown} onClick={props.onCaptions}>
          {t('captions')}
        </Button>
        <Button icon="speaker" data-narrow onClick={() => props.onPanel('sound')}>
          {t('sound')}
        </Button>
        <Button icon="history" onClick={() => props.onPanel('transcript')}>
          {t('panel.transcript')}
        </Button>
        <Button icon="lock" onClick={() => props.onPanel('security')}>
          {t('panel.security')}
        </Button>
      </div>
      <section className="shortcuts">
        <h3>{t('shortcuts.title')}</h3>
        <dl>
          {SHORTCUTS.map(({ shortcut, key }) => (
            <div key={shortcut}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(`shortcuts.${shortcut}`)}</dd>
            </div>
          ))}
        </dl>
        <p className="quiet">{t('shortcuts.hint')}</p>
      </section>
      <TimelineTable timeline={props.timeline} />
    </div>
  );
}
