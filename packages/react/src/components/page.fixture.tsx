import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { act, render } from '@testing-library/react';
import axe from 'axe-core';
import type { ReactNode } from 'react';
import { OracleCallsProvider, type OracleCallsProviderProps } from '../provider/oracle-calls-provider.tsx';

// axe measures text on a canvas to tell icons from words; jsdom draws nothing, and says so each time.
HTMLCanvasElement.prototype.getContext = () => null;

/** Calls on a page that shows `children`. */
export function showPage(children: ReactNode, { labels }: Pick<OracleCallsProviderProps, 'labels'> = {}) {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  const { container, rerender, unmount } = render(
    <OracleCallsProvider calls={calls} clock={clock} labels={labels}>
      {children}
    </OracleCallsProvider>,
  );
  return {
    clock,
    calls,
    container,
    unmount,
    rerender: (other: ReactNode) =>
      rerender(
        <OracleCallsProvider calls={calls} clock={clock} labels={labels}>
          {other}
        </OracleCallsProvider>,
      ),
    /** Lets what was begun come to its end. */
    settle: () => act(() => clock.settle()),
    advance: (byMs: number) => act(() => clock.advance(byMs)),
    /** What axe has against the page; contrast is the application's own. */
    violations: async (): Promise<readonly string[]> => {
      const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } };
      const { violations } = await axe.run(container.ownerDocument.body, { rules });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    },
  };
}
