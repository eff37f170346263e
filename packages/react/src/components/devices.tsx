'use client';

import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { DeviceKind } from '@oracle-calls/sdk';
import { useId, type ReactNode } from 'react';
import { useAudioLevel } from '../hooks/use-audio-level.ts';
import { useDevices } from '../hooks/use-devices.ts';
import { useLabels } from '../labels/use-labels.ts';
import type { Audible } from '../store/moving-values.ts';
import type { PartProps } from './part-props.ts';

export interface DeviceSelectProps extends PartProps {
  readonly kind: DeviceKind;
  readonly onError?: ((error: OracleCallError) => void) | undefined;
}

/** Which device calls use. For speakers: nothing where the browser does not let a page choose. */
export function DeviceSelect({ kind, className, labels, onError }: DeviceSelectProps): ReactNode {
  const words = useLabels(labels);
  const { devices, chosen, canChooseSpeaker, choose } = useDevices();
  const field = useId();
  if (kind === 'speaker' && !canChooseSpeaker) return null;
  return (
    <div className={className} data-device={kind}>
      <label htmlFor={field}>{words.devices[kind]}</label>
      <select
        id={field}
        value={chosen[kind] ?? ''}
        onChange={({ currentTarget: { value } }) => {
          choose(kind, value === '' ? undefined : value).catch((error: unknown) => onError?.(toOracleCallError(error)));
        }}
      >
        <option value="">{words.systemDevice}</option>
        {devices[kind].map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label === '' ? words.unnamedDevice(kind, index + 1) : label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Steps of the slider: a twentieth is about what ears tell apart. */
const VOLUME_STEP = 0.05;

/** How loud the oracle is at the speaker. */
export function VolumeSlider({ className, labels }: PartProps): ReactNode {
  const words = useLabels(labels);
  const { volume, setVolume } = useDevices();
  const field = useId();
  return (
    <div className={className}>
      <label htmlFor={field}>{words.volume}</label>
      <input
        id={field}
        type="range"
        min={0}
        max={1}
        step={VOLUME_STEP}
        value={volume}
        aria-valuetext={`${Math.round(volume * 100)} %`}
        onChange={({ currentTarget }) => setVolume(currentTarget.valueAsNumber)}
      />
    </div>
  );
}

export interface LevelMeterProps extends PartProps {
  /** Whose loudness: a microphone that is on, or the oracle's audio. */
  readonly track: Audible | undefined;
}

/** How loud a track is right now. */
export function LevelMeter({ track, className, labels }: LevelMeterProps): ReactNode {
  const words = useLabels(labels);
  const level = useAudioLevel(track);
  return <meter className={className} aria-label={words.level} min={0} max={1} value={level} />;
}
