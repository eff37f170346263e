import { PROMISES, securityFacts } from '../call/security-facts.ts';
import { element } from './element.ts';
import type { CallSecurity } from '@oracle-calls/sdk';

export interface SecurityViewActions {
  /** What came of comparing the code. */
  compared(isSame: boolean): void;
}

export interface SecurityView {
  readonly root: HTMLElement;
  show(security: CallSecurity | undefined): void;
}

const ASK =
  'Ask the oracle’s operator for their code over another channel. A code that the oracle speaks can be faked.';
const COMPARED = 'You have compared a code under this key. Should the operator’s code of this call be another, say so.';

/** The comparison code with its two answers, what is known, and what is and is not promised. */
export function createSecurityView(actions: SecurityViewActions): SecurityView {
  const code = element('p', { class: 'code', 'aria-label': 'Comparison code' });
  const match = element('button', { type: 'button', class: 'secondary small' }, 'They match');
  const differ = element('button', { type: 'button', class: 'secondary small' }, 'They differ');
  match.onclick = () => actions.compared(true);
  differ.onclick = () => actions.compared(false);
  const question = element('p', { class: 'quiet' }, ASK);
  const comparison = element(
    'div',
    { class: 'comparison' },
    code,
    question,
    element('div', { class: 'buttons' }, match, differ),
  );
  const facts = element('dl');
  const root = element(
    'details',
    { class: 'panel', hidden: true },
    element('summary', {}, 'Security of this call'),
    comparison,
    facts,
    element(
      'details',
      {},
      element('summary', {}, 'What that promises, and what not'),
      element('h2', {}, 'While it is encrypted'),
      list(PROMISES.held),
      element('h2', {}, 'Not promised'),
      list(PROMISES.open),
    ),
  );
  let shown = '';
  return {
    root,
    show(security) {
      const next = JSON.stringify(security);
      // Rewriting what has not changed would take the focus off its buttons.
      if (next === shown) return;
      shown = next;
      root.hidden = security === undefined;
      if (security === undefined) return;
      comparison.hidden = security.comparisonCode === undefined;
      code.textContent = security.comparisonCode?.formatted ?? '';
      match.hidden = security.isVerified;
      question.textContent = security.isVerified ? COMPARED : ASK;
      facts.replaceChildren(
        ...securityFacts(security).flatMap(({ term, text }) => [element('dt', {}, term), element('dd', {}, text)]),
      );
    },
  };
}

const list = (sentences: readonly string[]): HTMLElement =>
  element('ul', {}, ...sentences.map((sentence) => element('li', {}, sentence)));
