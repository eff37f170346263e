import { OracleCallError } from '@oracle-calls/protocol';
import type { CallType } from '@oracle-calls/protocol';
import type { CaptureSource, DeviceProblem, DevicesPort, DeviceWish, LocalTrack, UseDevice } from '@oracle-calls/sdk';
import { FakeDeviceChoices } from './fake-device-choices.ts';

/** A device that is on until it is stopped. */
export interface FakeLocalTrack extends LocalTrack {
  readonly wish: DeviceWish;
  isOn: boolean;
  loudness: number;
  /** What a pulled plug does, or the browser's own bar over a shared screen. */
  unplug(): void;
}

/** Microphone, camera and screen that exist only as switches. */
export class FakeDevices implements DevicesPort {
  readonly opened: FakeLocalTrack[] = [];
  /** Why a kind cannot be switched on from now on. */
  readonly problems = new Map<LocalTrack['source'], DeviceProblem>();
  /** Whether the person closes the browser's picker of screens. */
  isScreenDismissed = false;
  readonly choices = new FakeDeviceChoices(
    (source, wish) => this.#use?.(source, wish),
    (source) => this.#open(source, 'chosen'),
  );
  #permission: Promise<void> = Promise.resolve();
  #use: UseDevice | undefined;

  /** Holds everything that switches a device on as a permission prompt does. */
  ask(): { grant(): void; deny(): void } {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#permission = promise;
    return { grant: resolve, deny: () => reject(failure('microphone', 'denied', 'NotAllowedError')) };
  }

  async capture(callType: CallType, { signal }: { readonly signal: AbortSignal }): Promise<readonly LocalTrack[]> {
    signal.throwIfAborted();
    await this.#permission;
    // A browser switches the devices on before anybody can say that they are no longer wanted.
    const tracks = [
      this.#open('microphone', 'chosen'),
      ...(callType === 'video' ? [this.#open('camera', 'chosen')] : []),
    ];
    return unlessAborted(tracks, signal);
  }

  async open(
    source: CaptureSource,
    { wish, signal }: { readonly wish: DeviceWish; readonly signal: AbortSignal },
  ): Promise<LocalTrack> {
    signal.throwIfAborted();
    await this.#permission;
    const track = this.#open(source, wish);
    unlessAborted([track], signal);
    return track;
  }

  async share({ signal }: { readonly signal: AbortSignal }): Promise<LocalTrack | undefined> {
    signal.throwIfAborted();
    await this.#permission;
    if (this.isScreenDismissed) return undefined;
    const track = this.#open('screen', 'chosen');
    unlessAborted([track], signal);
    return track;
  }

  serve(use: UseDevice): Disposable {
    this.#use = use;
    return { [Symbol.dispose]: () => void (this.#use = undefined) };
  }

  /** Devices that are on: 0 when nothing was left open. */
  get on(): number {
    return this.opened.filter(({ isOn }) => isOn).length;
  }

  /** The newest device of a kind. */
  last(source: LocalTrack['source']): FakeLocalTrack {
    const last = this.opened.findLast((track) => track.source === source);
    if (last === undefined) throw new Error(`No ${source} was switched on yet.`);
    return last;
  }

  #open(source: LocalTrack['source'], wish: DeviceWish): FakeLocalTrack {
    const problem = this.problems.get(source);
    if (problem !== undefined) throw failure(source, problem);
    const gone = Promise.withResolvers<void>();
    const track: FakeLocalTrack = {
      source,
      kind: source === 'microphone' ? 'audio' : 'video',
      wish,
      gone: gone.promise,
      isOn: true,
      loudness: 0,
      level: () => (track.isOn ? track.loudness : 0),
      stop: () => void (track.isOn = false),
      unplug() {
        track.isOn = false;
        gone.resolve();
      },
    };
    this.opened.push(track);
    return track;
  }
}

function failure(device: LocalTrack['source'], problem: DeviceProblem, name = 'FakeError'): OracleCallError {
  return new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details: { name, device, problem } });
}

function unlessAborted(tracks: readonly LocalTrack[], signal: AbortSignal): readonly LocalTrack[] {
  if (signal.aborted) for (const track of tracks) track.stop();
  signal.throwIfAborted();
  return tracks;
}
