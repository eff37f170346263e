/**
 * One idea: a React application calls an oracle with parts that bring no style and own no connection. Call `openCalls` once, outside of render, when somebody has
 * signed in; render `CallPanel` wherever you like.
 */
import { createOracleCalls, type OracleCalls, type OracleCallsOptions } from '@oracle-calls/sdk';
import {
  CallButton,
  CallDuration,
  CallStatus,
  Captions,
  ChatForm,
  ComparisonCode,
  HangUpButton,
  MicrophoneButton,
  OracleCallsProvider,
  SecurityBadge,
  useCallState,
} from '@oracle-calls/react';

/** Close what it returns when the person signs out. */
export function openCalls(
  matrixClient: OracleCallsOptions['matrixClient'],
  options: Partial<OracleCallsOptions> = {},
): OracleCalls {
  return createOracleCalls({
    ...options,
    matrixClient,
    e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
  });
}

/** A call to one oracle: a button, and while there is a call everything that belongs to it. */
export function CallPanel({ calls, oracleDid }: { readonly calls: OracleCalls; readonly oracleDid: string }) {
  return (
    <OracleCallsProvider calls={calls}>
      <CallButton request={{ type: 'audio', oracleDid }} />
      <CallStatus />
      <CallInProgress />
    </OracleCallsProvider>
  );
}

function CallInProgress() {
  const { kind } = useCallState();
  if (kind === 'Idle' || kind === 'Ended') return null;
  return (
    <section>
      <CallDuration />
      <SecurityBadge />
      <ComparisonCode />
      <MicrophoneButton />
      <HangUpButton />
      <Captions />
      <ChatForm />
    </section>
  );
}
