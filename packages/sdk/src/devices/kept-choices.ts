import type { DeviceKind } from './devices.ts';

/** Where choices are kept: the page's `localStorage`, which this is a part of. Throws where the browser forbids even to look. */
export type ChoiceStorage = () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What is kept are ids of devices, which mean something to this origin alone and are no secrets. */
export const choiceKeyOf = (kind: DeviceKind): string => `oracle-calls.${kind}`;

/** What was chosen in this browser. */
export function readChosen(storage: ChoiceStorage, kind: DeviceKind): string | undefined {
  try {
    return storage().getItem(choiceKeyOf(kind)) ?? undefined;
  } catch {
    return undefined;
  }
}
