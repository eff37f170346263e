import type { OracleCall } from '@oracle-calls/sdk';
import type { Observable } from '../store/use-store.ts';
import type { Navigation } from './navigation.ts';
import { HOME } from './route.ts';

/*
 *                    placed                 ended, while it is looked at
 *   any screen ───────────────► call ──────────────────────────────────────► summary
 *                                │ ▲
 *                           back │ │ "Return to the call"
 *                                ▼ │
 *                       any other screen: the call goes on, and a bar says so
 *
 * Leaving the summary puts the call away.
 * `call` without a call in progress, and `summary` without one that ended, are home: an address that was copied, or a reload.
 */

/** What routing knows of calls: the one in progress or the last one. */
export type CallsToFollow = Observable<{ readonly call: Pick<OracleCall, 'state'> | undefined }>;

/** Takes a person to the call that was placed, and to its summary when it has ended before their eyes. Whoever leaves the summary has seen it. */
export function followCalls(desk: CallsToFollow, navigation: Navigation, leaveSummary: () => void): Disposable {
  let followed = desk.value.call;
  let wasAtSummary = false;

  const settle = (): void => {
    const { call } = desk.value;
    const isNew = call !== undefined && call !== followed;
    followed = call;
    const { screen } = navigation.value;
    if (isNew && call.state.kind !== 'Ended') {
      wasAtSummary = false;
      navigation.go({ screen: 'call' });
      return;
    }
    if (wasAtSummary && screen !== 'summary') {
      wasAtSummary = false;
      if (screen !== 'call') leaveSummary();
      return;
    }
    wasAtSummary = screen === 'summary' && call?.state.kind === 'Ended';
    if (screen === 'call' && call?.state.kind === 'Ended') navigation.replace({ screen: 'summary' });
    else if (screen === 'call' && call === undefined) navigation.replace(HOME);
    else if (screen === 'summary' && call?.state.kind !== 'Ended') navigation.replace(HOME);
  };

  const observations = new DisposableStack();
  observations.use(desk.observe(settle));
  observations.use(navigation.observe(settle));
  settle();
  return observations;
}
