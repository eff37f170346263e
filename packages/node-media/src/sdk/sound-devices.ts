import { OracleCallError } from '@oracle-calls/protocol';
import { NO_DEVICES, type DevicesPort } from '@oracle-calls/sdk/core';
import type { LocalSound } from './local-sound.ts';

/** The one microphone of a caller in Node. `open` makes it, for one call each. */
export function createSoundDevices(open: () => LocalSound): DevicesPort {
  return {
    async capture(callType, { signal }) {
      signal.throwIfAborted();
      if (callType === 'video') throw absent('camera');
      return [open()];
    },
    async open(source, { signal }) {
      signal.throwIfAborted();
      if (source === 'camera') throw absent('camera');
      return open();
    },
    async share() {
      throw absent('screen');
    },
    serve: () => ({ [Symbol.dispose]: () => undefined }),
    choices: NO_DEVICES,
  };
}

function absent(device: 'camera' | 'screen'): OracleCallError {
  const details = { name: 'NotFoundError', device, problem: 'absent' };
  return new OracleCallError('ERR_MEDIA_DEVICE', `There is no ${device} here.`, { details });
}
