import type { AppStore } from './app/app-store.ts';
import type { OracleCallsPage } from './page-window.ts';

const NOBODY: Omit<OracleCallsPage, 'state'> = {
  callId: undefined,
  callStatus: undefined,
  clickedAt: undefined,
  timelineMs: {},
  errorCode: undefined,
  endReason: undefined,
  security: undefined,
  captions: [],
  statistics: async () => ({ encrypted: false, tracks: [] }),
};

/** Gives scripts `window.oracleCallsPage`. */
export function showForScripts(app: AppStore): void {
  Object.defineProperty(globalThis, 'oracleCallsPage', { get: () => shown(app) });
}

function shown({ value: state }: AppStore): OracleCallsPage {
  switch (state.kind) {
    case 'SignedOut':
    case 'Elsewhere':
      return { ...NOBODY, state: 'signed-out' };
    case 'Starting':
    case 'SigningIn':
    case 'SigningOut':
      return { ...NOBODY, state: 'signing-in' };
    case 'ConfirmingDevice':
      return { ...NOBODY, state: STEP_STATES[state.step.kind], errorCode: state.errorCode };
    case 'SignedIn':
      return state.desk.shownToScripts;
  }
}

const STEP_STATES = {
  'keep-recovery-key': 'recovery-key-shown',
  'enter-recovery-key': 'recovery-key-wanted',
  failed: 'error',
} as const;
