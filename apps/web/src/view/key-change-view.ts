import type { KeyFingerprints } from '@oracle-calls/sdk';
import { formatFingerprint } from '../call/security-facts.ts';
import { element } from './element.ts';

/** A key, as its fingerprint in hex, or the oracle's Matrix account. Empty where it is not known. */
export interface Difference {
  readonly what: 'key' | 'account';
  readonly pinned: string;
  readonly shown: string;
}

/** Keys of an oracle, or its account, that changed without its word. */
export interface ShownKeyChange {
  readonly differences: readonly Difference[];
  /** A person had compared the keys of before. */
  readonly wasVerified: boolean;
  /** What accepting is bound to. */
  readonly expected: KeyFingerprints;
}

export interface KeyChangeView {
  readonly root: HTMLElement;
  show(change: ShownKeyChange | undefined): void;
}

const textOf = (what: Difference['what'], value: string): string => {
  if (value === '') return 'not known';
  return what === 'key' ? formatFingerprint(value) : value;
};

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
      const { differences, wasVerified } = change;
      const word = differences.some(({ what }) => what === 'key') ? 'key' : 'account';
      warning.textContent = `The oracle’s ${word} is not the one of your earlier calls${
        wasVerified && word === 'key' ? ', which you had compared' : ''
      }. Somebody may be pretending to be this oracle. Accept the new ${word} only if its operator confirms it to you over another channel.`;
      button.textContent = `Accept the new ${word}`;
      keys.replaceChildren(
        ...differences.flatMap(({ what, pinned, shown }) => [
          element('dt', {}, `Known ${what}`),
          element('dd', {}, textOf(what, pinned)),
          element('dt', {}, what === 'key' ? 'Key shown now' : 'Account shown now'),
          element('dd', {}, textOf(what, shown)),
        ]),
      );
    },
  };
}
