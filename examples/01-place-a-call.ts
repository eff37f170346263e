/**
 * One idea: place a call to an oracle from your own page and hang up again.
 *
 * The page brings a signed-in `matrix-js-sdk` client with Rust crypto started. See `apps/web` for a whole page.
 */
import { createOracleCalls, type OracleCall, type OracleCallsOptions } from '@oracle-calls/sdk';

export interface CallButtons {
  readonly call: HTMLButtonElement;
  readonly hangUp: HTMLButtonElement;
  readonly status: HTMLElement;
  /** Shows whether the call is encrypted, and the code to compare. */
  readonly security: HTMLElement;
}

/** Wires two buttons to calls to one oracle. Dispose it when the user signs out. */
export async function placeCalls(
  matrixClient: OracleCallsOptions['matrixClient'],
  oracleDid: string,
  { call: callButton, hangUp, status, security: securityLine }: CallButtons,
  options: Partial<OracleCallsOptions> = {},
): Promise<AsyncDisposable> {
  const calls = createOracleCalls({
    ...options,
    matrixClient,
    e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
  });
  // Finds the oracle and its encrypted room ahead of the click, so that the click is quick.
  await calls.prepare({ oracleDid });

  let current: OracleCall | undefined;
  callButton.onclick = (): void => {
    current = calls.callOracle({ type: 'audio', oracleDid });
    current.on('state', ({ state }) => {
      status.textContent = state.kind === 'Ended' ? `Ended: ${state.reason}` : state.kind;
    });
    current.on('security', ({ security }) => {
      securityLine.textContent = `${security.padlock} ${security.comparisonCode?.formatted ?? ''}`;
    });
  };
  hangUp.onclick = (): void => void current?.endCall();

  return { [Symbol.asyncDispose]: () => calls.close() };
}
