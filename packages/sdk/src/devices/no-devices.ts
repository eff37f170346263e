import { OracleCallError } from '@oracle-calls/protocol';
import type { Devices } from './devices.ts';

/** Where there is nothing to choose. */
export const NO_DEVICES: Devices = {
  snapshot: {
    devices: { microphone: [], camera: [], speaker: [] },
    chosen: { microphone: undefined, camera: undefined, speaker: undefined },
    permissions: { microphone: 'unknown', camera: 'unknown' },
    canChooseSpeaker: false,
    canShareScreen: false,
    volume: 1,
  },
  observe: () => ({ [Symbol.dispose]: () => undefined }),
  choose: () => Promise.reject(new OracleCallError('ERR_MEDIA_DEVICE', 'There is nothing to choose here.')),
  setVolume: () => undefined,
  check: () => Promise.reject(new OracleCallError('ERR_MEDIA_DEVICE', 'There is nothing to look at here.')),
  playTestSound: () => Promise.resolve(),
};
