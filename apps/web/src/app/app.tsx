import { lazy, Suspense } from 'react';
import { useStore } from '../store/use-store.ts';
import { SignInScreen } from '../sign-in/sign-in-screen.tsx';
import { UpdateBanner } from '../shell/update-banner.tsx';
import { useApp } from './app-context.ts';
import { isInCall } from './call-in-progress.ts';
import { SessionOverBanner } from './session-over-banner.tsx';
import { Waiting } from './waiting.tsx';

const ConfirmDeviceScreen = lazy(async () => ({
  default: (await import('../confirm-device/confirm-device-screen.tsx')).ConfirmDeviceScreen,
}));
const SecondTabScreen = lazy(async () => ({
  default: (await import('../second-tab/second-tab-screen.tsx')).SecondTabScreen,
}));
const SigningOutScreen = lazy(async () => ({
  default: (await import('../sign-out/signing-out-screen.tsx')).SigningOutScreen,
}));
const AskedToConfirm = lazy(async () => ({
  default: (await import('../verify-device/asked-to-confirm.tsx')).AskedToConfirm,
}));
const SignedInScreen = lazy(async () => ({ default: (await import('./signed-in-screen.tsx')).SignedInScreen }));

/** Picks the screen. Screens of people who are signed in are loaded when they are needed. */
export function App() {
  const app = useApp();
  const state = useStore(app);
  return (
    <>
      <Suspense fallback={<Waiting />}>{screenOf(state)}</Suspense>
      {state.kind === 'SignedIn' && state.isSessionOver && <SessionOverBanner />}
      {state.kind === 'SignedIn' && (
        <Suspense fallback={undefined}>
          <AskedToConfirm />
        </Suspense>
      )}
      <UpdateBanner updates={app.updates} isInCall={state.kind === 'SignedIn' && isInCall(state.desk)} />
    </>
  );
}

function screenOf(state: ReturnType<typeof useApp>['value']) {
  switch (state.kind) {
    case 'Starting':
      return <Waiting />;
    case 'Elsewhere':
      return <SecondTabScreen state={state} />;
    case 'SigningOut':
      return <SigningOutScreen state={state} />;
    case 'SignedOut':
    case 'SigningIn':
      return <SignInScreen state={state} />;
    case 'ConfirmingDevice':
      return <ConfirmDeviceScreen state={state} />;
    case 'SignedIn':
      return <SignedInScreen state={state} />;
  }
}
