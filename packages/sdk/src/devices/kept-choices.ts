import * as v from 'valibot';
import type { DeviceKind } from './devices.ts';

/** Where choices are kept: the page's `localStorage`, which this is a part of. */
export type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export type ChosenDevices = Readonly<Record<DeviceKind, string | undefined>>;

/** Ids of devices, which mean something to this origin alone and are no secrets. */
export const CHOICES_KEY = 'oracle-calls.devices';

const NOTHING: ChosenDevices = { microphone: undefined, camera: undefined, speaker: undefined };
const id = v.optional(v.string());
const chosenSchema = v.object({ microphone: id, camera: id, speaker: id });

/** What was chosen in this browser. Whatever else stands there, or a storage that the browser forbids even to look at, is nothing. */
export function readChosen(storage: () => ChoiceStorage): ChosenDevices {
  try {
    return { ...NOTHING, ...v.parse(chosenSchema, JSON.parse(storage().getItem(CHOICES_KEY) ?? '')) };
  } catch {
    return NOTHING;
  }
}
