import type { Desk } from '../call/call-desk.ts';
import type { Observable } from '../store/use-store.ts';

/** Whether somebody is in a call, or on the way into one. */
export const isInCall = ({ value: { call } }: Observable<Pick<Desk, 'call'>>): boolean =>
  call !== undefined && call.state.kind !== 'Ended';

/** Resolves when there is no call. */
export async function untilIdle(desk: Observable<Pick<Desk, 'call'>>): Promise<void> {
  if (!isInCall(desk)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _observation = desk.observe(() => {
    if (!isInCall(desk)) resolve();
  });
  await promise;
}
