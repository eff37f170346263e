import { lazy, Suspense, useEffect } from 'react';
import { useStore } from '../store/use-store.ts';
import { SignInScreen } from '../sign-in/sign-in-screen.tsx';
import { useApp } from './app-context.ts';
import { Waiting } from './waiting.tsx';

const ConfirmDeviceScreen = lazy(async () => ({
  default: (await import('../confirm-device/confirm-device-screen.tsx')).ConfirmDeviceScreen,
}));
const SignedInScreen = lazy(async () => ({ default: (await import('./signed-in-screen.tsx')).SignedInScreen }));

/** Picks the screen. Screens of people who are signed in are loaded when they are needed. */
export function App() {
  const app = useApp();
  const state = useStore(app);
  // Not before the first screen is painted: the large parts would come in its way.
  useEffect(() => app.loadAhead(), [app]);
  return <Suspense fallback={<Waiting />}>{screenOf(state)}</Suspense>;
}

function screenOf(state: ReturnType<typeof useApp>['value']) {
  switch (state.kind) {
    case 'SignedOut':
    case 'SigningIn':
      return <SignInScreen state={state} />;
    case 'ConfirmingDevice':
      return <ConfirmDeviceScreen state={state} />;
    case 'SignedIn':
      return <SignedInScreen state={state} />;
  }
}
