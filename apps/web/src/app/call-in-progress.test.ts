import type { OracleCall } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { Store } from '../store/store.ts';
import { isInCall, untilIdle } from './call-in-progress.ts';

class FakeDesk extends Store<{ readonly call: OracleCall | undefined }> {
  listeners = 0;

  constructor() {
    super({ call: undefined });
  }

  override observe(listener: () => void): Disposable {
    this.listeners += 1;
    const observation = super.observe(listener);
    return {
      [Symbol.dispose]: () => {
        this.listeners -= 1;
        observation[Symbol.dispose]();
      },
    };
  }

  show(kind: 'Live' | 'Ended'): void {
    const call: Pick<OracleCall, 'state'> = { state: { kind } as OracleCall['state'] };
    this.set({ call: call as OracleCall });
  }
}

test('a call that has ended is none', async () => {
  const desk = new FakeDesk();
  expect(isInCall(desk)).toBe(false);
  await untilIdle(desk);
  desk.show('Live');
  expect(isInCall(desk)).toBe(true);
  let isIdle = false;
  const idle = untilIdle(desk).then(() => (isIdle = true));
  desk.show('Live');
  await Promise.resolve();
  expect(isIdle).toBe(false);
  desk.show('Ended');
  await idle;
  expect(desk.listeners).toBe(0);
});
