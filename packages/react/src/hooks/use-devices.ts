'use client';

import { OracleCallError } from '@oracle-calls/protocol';
import type { Devices, DevicesSnapshot } from '@oracle-calls/sdk';
import { useCallback, useEffect, useMemo } from 'react';
import { useSource } from '../provider/use-source.ts';
import { DEVICES_OFF, DeviceLooks, type DeviceLook, type WantedDevices } from '../store/device-look.ts';
import { useCallsStore } from './use-oracle-calls.ts';

export interface UsedDevices extends DevicesSnapshot {
  /** @throws as `Devices.choose` */
  readonly choose: Devices['choose'];
  readonly setVolume: Devices['setVolume'];
  readonly playTestSound: Devices['playTestSound'];
}

const NO_DEVICES: DevicesSnapshot = {
  devices: { microphone: [], camera: [], speaker: [] },
  chosen: { microphone: undefined, camera: undefined, speaker: undefined },
  permissions: { microphone: 'unknown', camera: 'unknown' },
  canChooseSpeaker: false,
  canShareScreen: false,
  volume: 1,
};

/** The machine's devices, which of them calls use, and choosing others. */
export function useDevices(): UsedDevices {
  const store = useCallsStore();
  const snapshot = useSource(store?.devices, NO_DEVICES);
  return useMemo(() => {
    const devices = store?.calls.devices;
    const noDevice = (): Promise<void> => Promise.reject(new OracleCallError('ERR_MEDIA_DEVICE'));
    return {
      ...snapshot,
      choose: async (kind, deviceId) => (devices === undefined ? noDevice() : devices.choose(kind, deviceId)),
      setVolume: (volume) => devices?.setVolume(volume),
      playTestSound: async () => (devices === undefined ? noDevice() : devices.playTestSound()),
    };
  }, [store, snapshot]);
}

export interface UsedDeviceCheck {
  readonly look: DeviceLook;
  /** Asks again, after the person has allowed or plugged in a device. */
  readonly retry: () => void;
}

/** Devices that are on for a look while the component is there: level of the microphone, preview of the camera. */
export function useDeviceCheck({ microphone, camera }: WantedDevices): UsedDeviceCheck {
  const devices = useCallsStore()?.calls.devices;
  const looks = useMemo(() => (devices === undefined ? undefined : new DeviceLooks(devices)), [devices]);
  const look = useSource(looks?.shown, DEVICES_OFF);
  const retry = useCallback(() => void looks?.open({ microphone, camera }), [looks, microphone, camera]);
  useEffect(() => {
    retry();
    return () => looks?.close();
  }, [looks, retry]);
  return useMemo(() => ({ look, retry }), [look, retry]);
}
