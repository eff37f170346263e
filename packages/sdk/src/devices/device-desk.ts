import type { BrowserChoices } from './browser-choices.ts';
import type { Device, DeviceCheck, DeviceKind, DevicePermission } from './devices.ts';
import type { LocalTrack } from './devices-port.ts';
import { choiceKeyOf } from './kept-choices.ts';
import { moveSpeaker } from './move-speaker.ts';
import { playTestSound } from './test-sound.ts';

const KINDS: Readonly<Record<DeviceKind, MediaDeviceKind>> = {
  microphone: 'audioinput',
  camera: 'videoinput',
  speaker: 'audiooutput',
};

/** What is loaded when somebody looks at the devices: lists, permissions, choices, the look before a call. */
export class DeviceDesk {
  readonly #choices: BrowserChoices;
  readonly #permissions = new Map<'microphone' | 'camera', PermissionStatus>();
  readonly #look = (): void => void this.#refresh();
  #isWatching = false;

  constructor(choices: BrowserChoices) {
    this.#choices = choices;
    choices.change({
      canChooseSpeaker: 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {}),
      canShareScreen: choices.machine.media?.getDisplayMedia !== undefined,
    });
  }

  /** Keeps the lists as they are for as long as somebody observes. */
  async watch(): Promise<void> {
    const isWatched = this.#choices.observers.size > 0;
    if (isWatched === this.#isWatching) return;
    this.#isWatching = isWatched;
    const { media } = this.#choices.machine;
    if (isWatched) {
      media?.addEventListener?.('devicechange', this.#look);
      await this.#askPermissions();
      await this.#refresh();
      return;
    }
    media?.removeEventListener?.('devicechange', this.#look);
    for (const status of this.#permissions.values()) status.removeEventListener('change', this.#look);
    this.#permissions.clear();
  }

  async choose(kind: DeviceKind, deviceId: string | undefined): Promise<void> {
    const { machine, use } = this.#choices;
    if (kind === 'speaker') await moveSpeaker(machine.audioGraph.speaker, deviceId);
    else await use?.(kind, deviceId === undefined ? 'default' : { exact: deviceId });
    try {
      if (deviceId === undefined) machine.storage().removeItem(choiceKeyOf(kind));
      else machine.storage().setItem(choiceKeyOf(kind), deviceId);
    } catch {
      // Full, or forbidden: the choice lasts as long as the page.
    }
    this.#choices.change({ chosen: { ...this.#choices.snapshot.chosen, [kind]: deviceId } });
  }

  async check(
    wanted: { readonly microphone: boolean; readonly camera: boolean },
    { signal = new AbortController().signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DeviceCheck> {
    const sources = (['microphone', 'camera'] as const).filter((source) => wanted[source]);
    const { open } = this.#choices.machine;
    // Whatever the person answers, more is known of the devices then.
    const tracks = sources.length === 0 ? [] : await open(sources, 'chosen', signal).finally(this.#look);
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
  async #refresh(): Promise<void> {
    const all = (await this.#choices.machine.media?.enumerateDevices?.().catch(() => [])) ?? [];
    const listOf = (kind: DeviceKind): readonly Device[] =>
      all
        // Without an id there is nothing to choose by, and Chromium's `default` is what choosing nothing means.
        .filter((device) => device.kind === KINDS[kind] && device.deviceId !== '' && device.deviceId !== 'default')
        .map(({ deviceId, label }) => ({ deviceId, label }));
    const devices = { microphone: listOf('microphone'), camera: listOf('camera'), speaker: listOf('speaker') };
    const permissionOf = (kind: 'microphone' | 'camera'): DevicePermission =>
      // A browser that does not say gives labels once it is allowed.
      this.#permissions.get(kind)?.state ?? (devices[kind].some(({ label }) => label !== '') ? 'granted' : 'unknown');
    const permissions = { microphone: permissionOf('microphone'), camera: permissionOf('camera') };
    const { snapshot: before } = this.#choices;
    const isSame = JSON.stringify([devices, permissions]) === JSON.stringify([before.devices, before.permissions]);
    if (isSame) return;
    await this.#moveSpeaker(before.devices.speaker, devices.speaker);
    this.#choices.change({ devices, permissions });
  }

  /** The chosen speaker went: the system's own until it is back. */
  async #moveSpeaker(before: readonly Device[], now: readonly Device[]): Promise<void> {
    const { machine, snapshot } = this.#choices;
    const { speaker: chosen } = snapshot.chosen;
    if (chosen === undefined) return;
    const isAmong = (list: readonly Device[]): boolean => list.some(({ deviceId }) => deviceId === chosen);
    if (isAmong(before) === isAmong(now)) return;
    await moveSpeaker(machine.audioGraph.speaker, isAmong(now) ? chosen : undefined).catch(() => undefined);
  }

  async #askPermissions(): Promise<void> {
    for (const name of ['microphone', 'camera'] as const) {
      try {
        const status = await this.#choices.machine.permissions?.query({ name });
        if (status === undefined || !this.#isWatching) continue;
        status.addEventListener('change', this.#look);
        this.#permissions.set(name, status);
      } catch {
        // Not every browser knows the name.
      }
    }
  }
}
