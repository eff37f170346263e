import { OracleCallsProvider } from '@oracle-calls/react';
import { useStore } from '../store/use-store.ts';
import { CallScreen } from '../call/call-screen.tsx';
import { HomeScreen } from '../home/home-screen.tsx';
import type { SignedInState } from './app-state.ts';

/** What somebody who is signed in sees: the call while there is one, else the place to start one. */
export function SignedInScreen({ state: { account, desk } }: { readonly state: SignedInState }) {
  const shown = useStore(desk);
  const { call } = shown;
  const isInCall = call !== undefined && call.state.kind !== 'Ended';
  return (
    <OracleCallsProvider calls={desk.calls}>
      {isInCall ? (
        <CallScreen call={call} onHangUp={() => desk.hangUp()} onCompared={(isSame) => void desk.compared(isSame)} />
      ) : (
        <HomeScreen account={account} desk={desk} shown={shown} />
      )}
    </OracleCallsProvider>
  );
}
