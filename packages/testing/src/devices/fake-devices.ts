import { OracleCallError } from '@oracle-calls/protocol';
import type { CallType } from '@oracle-calls/protocol';
import type { DevicesPort, LocalTrack } from '@oracle-calls/sdk';

/** A device that is on until it is stopped. */
export interface FakeLocalTrack extends LocalTrack {
  isOn: boolean;
  loudness: number;
}

/** Microphone and camera that exist only as switches. */
export class FakeDevices implements DevicesPort {
  readonly opened: FakeLocalTrack[] = [];
  #permission: Promise<void> = Promise.resolve();

  /** Holds `capture` as a permission prompt does. */
  ask(): { grant(): void; deny(): void } {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#permission = promise;
    return {
      grant: resolve,
      deny: () => reject(new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details: { name: 'NotAllowedError' } })),
    };
  }

  async capture(callType: CallType, { signal }: { readonly signal: AbortSignal }): Promise<readonly LocalTrack[]> {
    signal.throwIfAborted();
    await this.#permission;
    // A browser switches the devices on before anybody can say that they are no longer wanted.
    const tracks = [this.#open('audio'), ...(callType === 'video' ? [this.#open('video')] : [])];
    if (signal.aborted) {
      for (const track of tracks) track.stop();
      signal.throwIfAborted();
    }
    return tracks;
  }

  /** Devices that are on: 0 when nothing was left open. */
  get on(): number {
    return this.opened.filter(({ isOn }) => isOn).length;
  }

  #open(kind: 'audio' | 'video'): FakeLocalTrack {
    const track: FakeLocalTrack = {
      kind,
      isOn: true,
      loudness: 0,
      level: () => (track.isOn ? track.loudness : 0),
      stop: () => void (track.isOn = false),
    };
    this.opened.push(track);
    return track;
  }
}
