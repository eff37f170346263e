import { useStore } from '../store/use-store.ts';
import { CallScreen } from '../call/call-screen.tsx';
import { HomeScreen } from '../home/home-screen.tsx';
import type { SignedInState } from './app-state.ts';

/** What somebody who is signed in sees: the call while there is one, else the place to start one. */
export function SignedInScreen({ state: { account, desk } }: { readonly state: SignedInState }) {
  const shown = useStore(desk);
  const { call } = shown;
  if (call !== undefined && call.state.kind !== 'Ended') return <CallScreen desk={desk} shown={shown} call={call} />;
  return <HomeScreen account={account} desk={desk} shown={shown} />;
}
