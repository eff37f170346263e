import { useDevices } from '@oracle-calls/react';
import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { DeviceKind } from '@oracle-calls/sdk';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../controls/button.tsx';
import { deviceFaceOf } from '../faces/device-face.ts';
import { DeviceProblem } from '../faces/device-problem.tsx';
import { LevelBar, type Audible } from './level-bar.tsx';
import './lobby.css';

export interface DeviceFieldsProps {
  /** A microphone that is on: its loudness is shown beside the choice. */
  readonly microphone?: Audible | undefined;
}

/** Which microphone, camera and speaker calls use, how loud the oracle is, and a sound to try it. */
export function DeviceFields({ microphone }: DeviceFieldsProps) {
  const { canChooseSpeaker } = useDevices();
  const [error, setError] = useState<OracleCallError>();
  const face = error === undefined ? undefined : deviceFaceOf(error);
  return (
    <div className="device-fields">
      <DevicePicker kind="microphone" onError={setError} />
      {microphone !== undefined && <LevelBar track={microphone} />}
      <DevicePicker kind="camera" onError={setError} />
      {canChooseSpeaker && <DevicePicker kind="speaker" onError={setError} />}
      {face !== undefined && <DeviceProblem face={face} />}
      <VolumeField />
      <TestSound />
    </div>
  );
}

interface DevicePickerProps {
  readonly kind: DeviceKind;
  readonly onError: (error: OracleCallError | undefined) => void;
}

function DevicePicker({ kind, onError }: DevicePickerProps) {
  const { t } = useTranslation('lobby');
  const { devices, chosen, choose } = useDevices();
  const id = useId();
  const pick = async (deviceId: string): Promise<void> => {
    onError(undefined);
    try {
      await choose(kind, deviceId === '' ? undefined : deviceId);
    } catch (error) {
      onError(toOracleCallError(error));
    }
  };
  return (
    <div className="field">
      <label htmlFor={id}>{t(kind)}</label>
      <select id={id} value={chosen[kind] ?? ''} onChange={({ target }) => void pick(target.value)}>
        <option value="">{t('system')}</option>
        {devices[kind].map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label === '' ? t('unnamed', { kind: t(kind), number: index + 1 }) : label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A twentieth is about what ears tell apart. */
const VOLUME_STEP = 0.05;

function VolumeField() {
  const { t, i18n } = useTranslation('lobby');
  const { volume, setVolume } = useDevices();
  const id = useId();
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(volume);
  return (
    <div className="field">
      <label htmlFor={id}>{t('volume')}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={VOLUME_STEP}
        value={volume}
        aria-valuetext={percent}
        onChange={({ target }) => setVolume(target.valueAsNumber)}
      />
    </div>
  );
}

function TestSound() {
  const { t } = useTranslation('lobby');
  const { playTestSound } = useDevices();
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const play = async (): Promise<void> => {
    setState('playing');
    try {
      await playTestSound();
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <div className="row">
      <Button isSmall icon="speaker" disabled={state === 'playing'} onClick={() => void play()}>
        {t(state === 'playing' ? 'testing' : 'testSound')}
      </Button>
      <span role="status" className="quiet">
        {state === 'failed' && t('noTestSound')}
      </span>
    </div>
  );
}
