import type { BrowserChoices } from './browser-choices.ts';
import type { Device, DeviceCheck, DeviceKind, DevicePermission, DevicesSnapshot } from './devices.ts';
import type { LocalTrack } from './devices-port.ts';
import { playTestSound } from './test-sound.ts';

const KINDS: Readonly<Record<DeviceKind, MediaDeviceKind>> = {
  microphone: 'audioinput',
  camera: 'videoinput',
  speaker: 'audiooutput',
};

/** What is loaded when somebody looks at the devices: lists, permissions, the look before a call. */
export class DeviceDesk {
  readonly #choices: BrowserChoices;
  readonly #permissions = new Map<'microphone' | 'camera', PermissionStatus>();
  readonly #look = (): void => void this.refresh();
  #isWatching = false;

  constructor(choices: BrowserChoices) {
    this.#choices = choices;
  }

  /** Keeps the lists as they are while somebody observes. */
  async watch(isWatching: boolean): Promise<void> {
    if (isWatching === this.#isWatching) return;
    this.#isWatching = isWatching;
    const media = this.#choices.machine.media();
    if (!isWatching) {
      media?.removeEventListener?.('devicechange', this.#look);
      for (const status of this.#permissions.values()) status.removeEventListener('change', this.#look);
      this.#permissions.clear();
      return;
    }
    media?.addEventListener?.('devicechange', this.#look);
    await this.#askPermissions();
    await this.refresh();
  }

  async check(
    wanted: { readonly microphone: boolean; readonly camera: boolean },
    { signal = new AbortController().signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<DeviceCheck> {
    const sources = (['microphone', 'camera'] as const).filter((source) => wanted[source]);
    const tracks = sources.length === 0 ? [] : await this.#choices.open(sources, 'chosen', signal).finally(this.#look);
    for (const { mediaStreamTrack } of tracks) if (mediaStreamTrack !== undefined) mediaStreamTrack.enabled = true;
    const find = (source: LocalTrack['source']): LocalTrack | undefined =>
      tracks.find((track) => track.source === source);
    return {
      microphone: find('microphone'),
      camera: find('camera'),
      [Symbol.dispose]: () => {
        for (const track of tracks) track.stop();
      },
    };
  }

  playTestSound(): Promise<void> {
    const { audioGraph } = this.#choices.machine;
    return playTestSound(audioGraph, audioGraph.speaker);
  }

  /** Looks at everything anew, and tells when something is different. */
  async refresh(): Promise<void> {
    const { machine, snapshot } = this.#choices;
    const all =
      (await machine
        .media()
        ?.enumerateDevices?.()
        .catch(() => [])) ?? [];
    const listOf = (kind: DeviceKind): readonly Device[] =>
      all
        // Without an id there is nothing to choose by, and Chromium's `default` is what choosing nothing means.
        .filter((device) => device.kind === KINDS[kind] && device.deviceId !== '' && device.deviceId !== 'default')
        .map(({ deviceId, label }) => ({ deviceId, label }));
    const devices = { microphone: listOf('microphone'), camera: listOf('camera'), speaker: listOf('speaker') };
    const permissionOf = (kind: 'microphone' | 'camera'): DevicePermission =>
      // A browser that does not say gives labels once it is allowed.
      this.#permissions.get(kind)?.state ?? (devices[kind].some(({ label }) => label !== '') ? 'granted' : 'unknown');
    const facts = {
      devices,
      permissions: { microphone: permissionOf('microphone'), camera: permissionOf('camera') },
    } satisfies Partial<DevicesSnapshot>;
    if (JSON.stringify(facts) === JSON.stringify({ devices: snapshot.devices, permissions: snapshot.permissions }))
      return;
    await this.#moveSpeaker(snapshot.devices.speaker, devices.speaker);
    this.#choices.change(facts);
  }

  /** The chosen speaker went: the system's own until it is back. */
  async #moveSpeaker(before: readonly Device[], now: readonly Device[]): Promise<void> {
    const { machine, snapshot } = this.#choices;
    const { speaker: chosen } = snapshot.chosen;
    if (chosen === undefined) return;
    const isAmong = (list: readonly Device[]): boolean => list.some(({ deviceId }) => deviceId === chosen);
    if (isAmong(before) === isAmong(now)) return;
    await machine.audioGraph.speaker.use(isAmong(now) ? chosen : '').catch(() => undefined);
  }

  async #askPermissions(): Promise<void> {
    for (const name of ['microphone', 'camera'] as const) {
      try {
        const status = await this.#choices.machine.permissions()?.query({ name });
        if (status === undefined || !this.#isWatching) continue;
        status.addEventListener('change', this.#look);
        this.#permissions.set(name, status);
      } catch {
        // Firefox before 131 does not know the name.
      }
    }
  }
}
