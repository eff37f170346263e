import { TrackVideo, useDeviceCheck } from '@oracle-calls/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { Icon } from '../controls/icon.tsx';
import { deviceFaceOf } from '../faces/device-face.ts';
import { DeviceProblem } from '../faces/device-problem.tsx';
import { ErrorBanner } from '../faces/error-banner.tsx';
import { DeviceFields } from './device-fields.tsx';
import './lobby.css';

export interface PreCallCheckProps {
  /** The camera is looked at too, from the beginning. */
  readonly wantsCamera?: boolean | undefined;
}

/** A look before a call: what the microphone hears, what the camera sees, which devices calls use. Nothing is switched on before the person asks. */
export function PreCallCheck({ wantsCamera = true }: PreCallCheckProps) {
  const { t } = useTranslation('lobby');
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="pre-call-check" aria-label={t('title')}>
      {isOpen ? (
        <RunningCheck wantsCamera={wantsCamera} onStop={() => setOpen(false)} />
      ) : (
        <Button icon="microphone" onClick={() => setOpen(true)}>
          {t(wantsCamera ? 'check' : 'checkMicrophone')}
        </Button>
      )}
    </section>
  );
}

/** Devices for the settings: choices at once, and the look when it is asked for. */
export function DeviceSettings() {
  const { t } = useTranslation('lobby');
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <RunningCheck wantsCamera onStop={() => setOpen(false)} />;
  return (
    <div className="stack">
      <DeviceFields />
      <div className="row">
        <Button isSmall icon="microphone" onClick={() => setOpen(true)}>
          {t('check')}
        </Button>
      </div>
    </div>
  );
}

function RunningCheck({ wantsCamera, onStop }: { readonly wantsCamera: boolean; readonly onStop: () => void }) {
  const { t } = useTranslation('lobby');
  const [camera, setCamera] = useState(wantsCamera);
  const { look, retry } = useDeviceCheck({ microphone: true, camera });
  const check = look.status === 'on' ? look.check : undefined;
  const error = look.status === 'failed' ? look.error : undefined;
  const face = error === undefined ? undefined : deviceFaceOf(error);
  const again = (
    <>
      <Button isSmall onClick={retry}>
        {t('tryAgain')}
      </Button>
      {face?.device === 'camera' && (
        <Button isSmall onClick={() => setCamera(false)}>
          {t('cameraOff')}
        </Button>
      )}
    </>
  );
  return (
    <div className="running-check">
      <div className="preview" data-camera={check?.camera === undefined ? 'off' : 'on'}>
        {check?.camera === undefined ? (
          <p>
            <Icon name="videoOff" />
            {t('cameraIsOff')}
          </p>
        ) : (
          <TrackVideo track={check.camera.mediaStreamTrack} aria-label={t('preview')} data-source="camera" />
        )}
        <Button isSmall icon={camera ? 'videoOff' : 'video'} onClick={() => setCamera(!camera)}>
          {t(camera ? 'cameraOff' : 'cameraOn')}
        </Button>
      </div>
      {look.status === 'asking' && <p role="status">{t('asking')}</p>}
      {face !== undefined && <DeviceProblem face={face} actions={again} />}
      {face === undefined && error !== undefined && <ErrorBanner code={error.code} actions={again} />}
      {check?.microphone !== undefined && <p className="quiet">{t('speak')}</p>}
      <DeviceFields microphone={check?.microphone} />
      <div className="row">
        <Button isSmall look="link" onClick={onStop}>
          {t('stop')}
        </Button>
      </div>
    </div>
  );
}
