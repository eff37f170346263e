import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { OracleCallsProvider } from '@oracle-calls/react';
import { act, render } from '@testing-library/react';
import axe from 'axe-core';
import type { ReactNode } from 'react';
import { speakEnglish } from '../language/speak.fixture.ts';
import { FakeAddressBar } from './address-bar.fixture.ts';
import { AroundContext, type ScreenAround } from './around-context.ts';
import { Navigation } from './navigation.ts';
import { PageTitle } from './page-title.ts';

/** What jsdom has not: modal dialogs, and a canvas on which axe measures text. */
export function furnishDialogs(): void {
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
}

/** A screen of somebody who is signed in, below scripted calls. */
export async function showScreen(screenOf: (calls: ScriptedOracleCalls) => ReactNode) {
  furnishDialogs();
  await speakEnglish();
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const navigation = new Navigation(new FakeAddressBar());
  const around: ScreenAround = { navigation, title: new PageTitle((title) => (document.title = title), clock) };
  const page = (): ReactNode => (
    <OracleCallsProvider calls={calls} clock={clock}>
      <AroundContext value={around}>{screenOf(calls)}</AroundContext>
    </OracleCallsProvider>
  );
  const { rerender, unmount } = render(page());
  const settle = (): Promise<void> => act(() => clock.settle());
  await settle();
  return {
    clock,
    calls,
    navigation,
    settle,
    unmount,
    rerender: () => rerender(page()),
    advance: (byMs: number): Promise<void> => act(() => clock.advance(byMs)),
    /** What axe has against the page. Contrast is the tokens', and a screen alone has no landmarks around. */
    violations: async (): Promise<readonly string[]> => {
      const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } };
      const { violations } = await axe.run(document.body, { rules });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    },
  };
}
