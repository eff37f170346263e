import { Speaker, type SpeakerElement } from '../media/speaker.ts';
import type { BrowserDevicesOptions } from './browser-devices.ts';

interface OpenDevice {
  readonly kind: string;
  isOn: boolean;
}

/** A storage that the browser may forbid. */
class PretendedStorage {
  readonly items = new Map<string, string>();
  isForbidden = false;

  getItem(key: string): string | null {
    this.#check();
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#check();
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }

  #check(): void {
    if (this.isForbidden) throw new DOMException('forbidden', 'SecurityError');
  }
}

/** An element that is heard where it was last moved to. */
export class PretendedElement implements SpeakerElement {
  volume = 1;
  sinkId = '';
  readonly away = new Set<string>();

  async setSinkId(deviceId: string): Promise<void> {
    if (this.away.has(deviceId)) throw new DOMException('away', 'NotFoundError');
    this.sinkId = deviceId;
  }
}

class PretendedPermission extends EventTarget {
  state: PermissionState = 'prompt';
}

/** A browser whose devices are switches and whose prompt the test answers. */
export class PretendedBrowser extends EventTarget {
  readonly asked: MediaStreamConstraints[] = [];
  readonly storage = new PretendedStorage();
  readonly speaker = new Speaker();
  readonly permissionsOf = { microphone: new PretendedPermission(), camera: new PretendedPermission() };
  isAsking = false;
  refusal: DOMException | undefined;
  hasScreens = true;
  /** What the person has allowed. */
  granted: readonly string[] = [];
  /** What is plugged in. */
  kinds: readonly string[] = [];
  devices: readonly Partial<MediaDeviceInfo>[] = [];
  /** What opens although `refusal` says no, when it is asked for alone. */
  opens: readonly string[] = [];
  watchers = 0;
  readonly #open: OpenDevice[] = [];
  readonly #prompt = Promise.withResolvers<void>();

  answer(): void {
    this.#prompt.resolve();
  }

  on(): string[] {
    return this.#open.filter(({ isOn }) => isOn).map(({ kind }) => kind);
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.watchers += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.watchers -= 1;
    super.removeEventListener(...args);
  }

  get options(): BrowserDevicesOptions {
    const probe = () => ({ level: () => 0.5, [Symbol.dispose]: () => undefined });
    const open = (): never => {
      throw new Error('No sound is made here.');
    };
    return {
      audioGraph: { probe, open, speaker: this.speaker },
      storage: this.storage,
      mediaDevices: {
        getUserMedia: (constraints = {}) => this.#give(constraints),
        ...(this.hasScreens ? { getDisplayMedia: (constraints = {}) => this.#give(constraints) } : {}),
        enumerateDevices: async () =>
          [...this.kinds.map((kind) => ({ kind, deviceId: 'some', label: '' })), ...this.devices] as MediaDeviceInfo[],
        addEventListener: this.addEventListener.bind(this),
        removeEventListener: this.removeEventListener.bind(this),
      },
      permissions: {
        query: async ({ name }) => {
          const status = this.permissionsOf[name as 'microphone' | 'camera'];
          if (this.granted.includes(name)) status.state = 'granted';
          return status as PermissionStatus;
        },
      },
    };
  }

  async #give(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    if (this.isAsking) await this.#prompt.promise;
    const kinds = (['video', 'audio'] as const).filter((kind) => Boolean(constraints[kind]));
    if (this.refusal !== undefined && !kinds.every((kind) => this.opens.includes(kind))) throw this.refusal;
    // The camera comes first, as it may.
    const tracks = kinds.map((kind) => {
      const device = { kind, isOn: true };
      this.#open.push(device);
      const track = { kind, enabled: true, stop: () => void (device.isOn = false) };
      return Object.assign(new EventTarget(), track) as MediaStreamTrack;
    });
    return { getTracks: () => tracks } as MediaStream;
  }
}
