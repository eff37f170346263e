import { OracleCallError } from '@oracle-calls/protocol';
import type { DevicesPort } from '@oracle-calls/sdk/core';
import type { LocalSound } from './local-sound.ts';

/** The one microphone of a caller in Node. `open` makes it, for one call each. */
export function createSoundDevices(open: () => LocalSound): DevicesPort {
  return {
    async capture(callType, { signal }) {
      signal.throwIfAborted();
      if (callType === 'video') throw new OracleCallError('ERR_MEDIA_DEVICE', 'There is no camera here.');
      return [open()];
    },
  };
}
