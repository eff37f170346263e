// oxlint-disable-next-line import/no-unassigned-import -- first: older browsers must have the symbols before any class names them
import '@oracle-calls/sdk/dispose-symbols';
import type { OracleCalls } from '@oracle-calls/sdk';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { CallPanel, openCalls } from '../04-call-from-react.tsx';
import { signIn, type SignInOptions } from '../sign-in.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Of your homeserver and the oracle; `npm run stack` prints those of a stack on your machine. */
const { VITE_HOMESERVER_URL, VITE_ORACLE_DID, VITE_DID_RESOLVER_URL } = import.meta.env;

const keepRecoveryKey = async (recoveryKey: string): Promise<void> => {
  while (!confirm(`Write down your recovery key, it is shown only now:\n\n${recoveryKey}`));
};

function App() {
  const [calls, setCalls] = useState<OracleCalls>();
  const enter = async (who: Pick<SignInOptions, 'userId' | 'password' | 'recoveryKey'>): Promise<void> => {
    const client = await signIn({ homeserverUrl: VITE_HOMESERVER_URL, keepRecoveryKey, ...who });
    const opened = openCalls(client, {
      didResolverUrl: VITE_DID_RESOLVER_URL,
      // A stack on your own machine has addresses that nobody elsewhere may send you to.
      allowPrivateAddresses: VITE_HOMESERVER_URL.startsWith('http://127.0.0.1'),
    });
    setCalls(opened);
    // Finds the oracle and its encrypted room ahead of the click, so that the click is quick.
    await opened.prepare({ oracleDid: VITE_ORACLE_DID });
  };
  return calls === undefined ? (
    <SignInForm onSubmit={enter} />
  ) : (
    <CallPanel calls={calls} oracleDid={VITE_ORACLE_DID} />
  );
}

createRoot(document.querySelector('#app') ?? document.body).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
