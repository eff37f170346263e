/** One idea: a page that rings. The SDK has checked who rings before it says so; the sound and the words are yours. */
import type { OracleCall, OracleCalls } from '@oracle-calls/sdk';

export interface RingView {
  readonly box: HTMLElement;
  readonly text: HTMLElement;
  readonly accept: HTMLButtonElement;
  readonly decline: HTMLButtonElement;
}

/** Shows rings while they ring, and hands over calls that were answered. Dispose it to stop. */
export function answerRings(
  calls: OracleCalls,
  { box, text, accept, decline }: RingView,
  answered: (call: OracleCall) => void,
): Disposable {
  box.hidden = true;
  return calls.rings.observe((ring) => {
    box.hidden = ring.status !== 'ringing';
    if (ring.status !== 'ringing') return;
    text.textContent = `${ring.oracleDid} calls${ring.reason === undefined ? '' : `: “${ring.reason}”`}`;
    accept.onclick = (): void => answered(calls.rings.accept(ring));
    decline.onclick = (): void => void calls.rings.decline(ring);
  });
}
