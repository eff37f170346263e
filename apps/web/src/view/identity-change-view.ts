import { element } from './element.ts';

export interface IdentityChangeView {
  readonly root: HTMLElement;
  /** `undefined` when there is nothing to decide. */
  show(change: { readonly oracleDid: string } | undefined): void;
}

/** Asks a person about an oracle whose Matrix account has a new identity. Nothing is sent to it until they decide. */
export function createIdentityChangeView(accept: () => void): IdentityChangeView {
  const oracle = element('code');
  const warning = element(
    'p',
    {},
    'The Matrix account of this oracle has another identity than at your first call. Either its operator reset the account, or somebody took it over. ',
    'Accept the new identity only if the operator confirms it to you over another channel.',
  );
  const button = element('button', { type: 'button', class: 'secondary small' }, 'Accept the new identity');
  button.onclick = () => accept();
  const root = element('section', { class: 'key-change', role: 'alert', hidden: true }, warning, oracle, button);
  return {
    root,
    show(change) {
      root.hidden = change === undefined;
      oracle.textContent = change?.oracleDid ?? '';
    },
  };
}
