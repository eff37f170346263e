import { FakeClock, ScriptedOracleCalls, type ScriptedCall } from '@oracle-calls/testing';
import { OracleCallsProvider } from '@oracle-calls/react';
import type { CallRequest } from '@oracle-calls/sdk';
import { render } from '@testing-library/react';
import i18next from 'i18next';
import { StrictMode, type ReactNode } from 'react';
import { initReactI18next } from 'react-i18next';
import { english } from '../language/english.ts';
import { CallScreen } from './call-screen.tsx';

/** What jsdom has not: media queries, drawing, and the clock of frames that nothing here waits for. */
export function furnishBrowser(): void {
  Object.defineProperty(globalThis, 'matchMedia', { configurable: true, value: () => ({ matches: true }) });
  Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', { configurable: true, value: () => null });
}

export async function speakEnglish(): Promise<void> {
  if (i18next.isInitialized) return;
  await i18next
    .use(initReactI18next)
    .init({ lng: 'en', resources: { en: english }, interpolation: { escapeValue: false } });
}

export interface CallScene {
  readonly calls: ScriptedOracleCalls;
  readonly call: ScriptedCall;
  readonly hungUp: () => number;
  readonly minimised: () => number;
  readonly compared: readonly boolean[];
  readonly container: HTMLElement;
}

/** Renders something below scripted calls. */
export async function renderBelow(calls: ScriptedOracleCalls, child: ReactNode): Promise<HTMLElement> {
  furnishBrowser();
  await speakEnglish();
  const { container } = render(
    <StrictMode>
      <OracleCallsProvider calls={calls} clock={new FakeClock()}>
        {child}
      </OracleCallsProvider>
    </StrictMode>,
  );
  return container;
}

/** The screen of a scripted call, which is connecting. */
export async function openCall(
  type: 'audio' | 'video' = 'audio',
  options: Pick<CallRequest, 'remembers'> = {},
): Promise<CallScene> {
  const calls = new ScriptedOracleCalls(new FakeClock());
  const call = calls.callOracle({ type, ...options });
  const compared: boolean[] = [];
  let hungUp = 0;
  let minimised = 0;
  const container = await renderBelow(
    calls,
    <CallScreen
      call={call}
      onHangUp={() => void (hungUp += 1)}
      onMinimise={() => void (minimised += 1)}
      onCompared={(isSame) => void compared.push(isSame)}
    />,
  );
  return { calls, call, compared, container, hungUp: () => hungUp, minimised: () => minimised };
}
