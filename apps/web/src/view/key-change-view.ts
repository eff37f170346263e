import type { KeyFingerprints } from '@oracle-calls/sdk';
import { formatFingerprint } from '../call/security-facts.ts';
import { element } from './element.ts';

/** Keys of an oracle that changed without its word. */
export interface ShownKeyChange {
  readonly pinned: string;
  readonly shown: string;
  readonly wasVerified: boolean;
  /** What accepting is bound to. */
  readonly expected: KeyFingerprints;
}

export interface KeyChangeView {
  readonly root: HTMLElement;
  show(change: ShownKeyChange | undefined): void;
}

/** Asks a person about changed keys. Nothing is called until they decide. */
export function createKeyChangeView(accept: () => void): KeyChangeView {
  const warning = element('p');
  const keys = element('dl');
  const button = element('button', { type: 'button', class: 'secondary small' }, 'Accept the new key');
  button.onclick = () => accept();
  const root = element('section', { class: 'key-change', role: 'alert', hidden: true }, warning, keys, button);
  return {
    root,
    show(change) {
      root.hidden = change === undefined;
      if (change === undefined) return;
      warning.textContent = `The oracle’s key is not the one of your earlier calls${
        change.wasVerified ? ', which you had compared' : ''
      }. Somebody may be pretending to be this oracle. Accept the new key only if its operator confirms it to you over another channel.`;
      keys.replaceChildren(
        ...[
          ['Known key', change.pinned],
          ['Key shown now', change.shown],
        ].flatMap(([term = '', hex = '']) => [
          element('dt', {}, term),
          element('dd', {}, hex === '' ? 'not readable' : formatFingerprint(hex)),
        ]),
      );
    },
  };
}
