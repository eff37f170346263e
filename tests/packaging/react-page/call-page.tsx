'use client';

import {
  CallButton,
  CallStatus,
  Captions,
  HangUpButton,
  OracleCallsProvider,
  SecurityBadge,
} from '@oracle-calls/react';
import { createOracleCalls, type OracleCalls } from '@oracle-calls/sdk';
import { createClient } from 'matrix-js-sdk';
import { useEffect, useState, type ReactNode } from 'react';

/** Nobody listens on the discard port: what is done here reaches no server. */
const NOWHERE = 'http://127.0.0.1:9';

const createWorker = (): Worker =>
  new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' });

function createCalls(): OracleCalls {
  const userId = '@alice:example.org';
  const matrixClient = createClient({ baseUrl: NOWHERE, userId, deviceId: 'DEVICE', accessToken: 'none' });
  return createOracleCalls({ matrixClient, e2eeWorker: createWorker });
}

/** Outside of render, and in a browser only. */
const calls = 'document' in globalThis ? createCalls() : undefined;

/** What the frame worker answers to a question of the SDK's own kind. */
function WorkerAnswer(): ReactNode {
  const [answer, setAnswer] = useState('');
  useEffect(() => {
    const worker = createWorker();
    const gone = new AbortController();
    const { signal } = gone;
    worker.addEventListener('message', ({ data }) => setAnswer(JSON.stringify(data)), { signal });
    worker.addEventListener('error', ({ message }) => setAnswer(`The worker failed: ${message}`), { signal });
    worker.postMessage({ kind: 'inspect', request: 1 });
    return () => {
      gone.abort();
      worker.terminate();
    };
  }, []);
  return <output>{answer}</output>;
}

/** The same page under each bundler and each React. */
export function CallPage({ children }: { readonly children?: ReactNode }): ReactNode {
  return (
    <OracleCallsProvider calls={calls}>
      <CallStatus />
      <CallButton request={{ type: 'audio', oracleDid: 'did:web:127.0.0.1%3A9' }} />
      <HangUpButton />
      <SecurityBadge />
      <Captions />
      {children}
      <WorkerAnswer />
    </OracleCallsProvider>
  );
}
