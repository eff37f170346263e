import type { DeviceKind } from './devices.ts';

/** Where choices are kept: the page's `localStorage`, which this is a part of. */
export type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export type ChosenDevices = Readonly<Record<DeviceKind, string | undefined>>;

/** Ids of devices, which mean something to this origin alone and are no secrets. */
const KEY = 'oracle-calls.devices';

/** What was chosen in this browser; whatever else stands there is nothing. */
export function readChosen(storage: ChoiceStorage | undefined): ChosenDevices {
  let kept: unknown;
  try {
    kept = JSON.parse(storage?.getItem(KEY) ?? 'null');
  } catch {
    // Somebody else's, or a storage that is switched off.
  }
  const idOf = (kind: DeviceKind): string | undefined => {
    const id: unknown = typeof kept === 'object' && kept !== null ? Reflect.get(kept, kind) : undefined;
    return typeof id === 'string' ? id : undefined;
  };
  return { microphone: idOf('microphone'), camera: idOf('camera'), speaker: idOf('speaker') };
}

/** Lasts as long as the page where the browser keeps nothing. */
export function keepChosen(storage: ChoiceStorage | undefined, chosen: ChosenDevices): void {
  try {
    storage?.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Full, or switched off.
  }
}
