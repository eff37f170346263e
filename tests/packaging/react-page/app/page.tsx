import { ConnectionQuality } from '@oracle-calls/react';
import { version, type ReactNode } from 'react';
import { CallPage } from '../call-page.tsx';

/** A server's component, which places one of ours itself. */
export default function Page(): ReactNode {
  return (
    <main>
      <h1>{`React ${version}`}</h1>
      <CallPage>
        <ConnectionQuality />
      </CallPage>
    </main>
  );
}
