import type { DeviceVerification, DeviceVerificationState } from '@oracle-calls/matrix/device-verification';
import { useMemo } from 'react';
import { useStore } from '../store/use-store.ts';

/** Where a verification is, and a new rendering whenever it is elsewhere. */
export function useVerification(verification: DeviceVerification): DeviceVerificationState {
  const observable = useMemo(
    () => ({
      get value() {
        return verification.state;
      },
      observe: (listener: () => void) => verification.observe(listener),
    }),
    [verification],
  );
  return useStore(observable);
}
