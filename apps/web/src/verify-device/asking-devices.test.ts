import type { DeviceVerification } from '@oracle-calls/matrix/device-verification';
import { expect, test } from 'vitest';
import { AskingDevices } from './asking-devices.ts';

type State = DeviceVerification['state'];

class FakeVerification implements DeviceVerification {
  state: State = { kind: 'Asked', deviceId: 'NEW' };
  readonly #over = Promise.withResolvers<Awaited<ReturnType<DeviceVerification['whenOver']>>>();
  readonly #listeners = new Set<(state: State) => void>();

  observe(listener: (state: State) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  become(state: State): void {
    this.state = state;
    if (state.kind === 'Verified' || state.kind === 'Ended') this.#over.resolve(state);
    for (const listener of this.#listeners) listener(state);
  }

  accept(): void {
    this.become({ kind: 'Agreeing' });
  }

  confirm(): void {
    this.become({ kind: 'Verified', received: undefined });
  }

  mismatch(): void {
    this.become({ kind: 'Ended', reason: 'mismatch' });
  }

  cancel(): void {
    if (this.state.kind !== 'Verified' && this.state.kind !== 'Ended') {
      this.become({ kind: 'Ended', reason: 'cancelled' });
    }
  }

  whenOver = () => this.#over.promise;

  [Symbol.dispose](): void {
    this.cancel();
  }
}

function scene() {
  const asking = new AskingDevices();
  let ask: ((verification: DeviceVerification) => void) | undefined;
  asking.follow({
    observeAsking: (listener) => {
      ask = listener;
      return { [Symbol.dispose]: () => (ask = undefined) };
    },
  });
  const next = (): FakeVerification => {
    const verification = new FakeVerification();
    ask?.(verification);
    return verification;
  };
  return { asking, next, isListening: () => ask !== undefined };
}

test('a device that asks is shown until it is dismissed, which declines it', () => {
  const { asking, next } = scene();
  const one = next();
  expect(asking.value).toBe(one);
  asking.dismiss();
  expect([asking.value, one.state]).toEqual([undefined, { kind: 'Ended', reason: 'cancelled' }]);
});

test('who compares pictures is not interrupted; a question that waits is replaced', () => {
  const { asking, next } = scene();
  const one = next();
  const two = next();
  expect([asking.value, one.state.kind]).toEqual([two, 'Ended']);
  two.accept();
  const three = next();
  expect([asking.value, three.state.kind]).toEqual([two, 'Ended']);
});

test('a question that was answered elsewhere goes away; how one ended that began here stays to be read', async () => {
  const { asking, next } = scene();
  next().become({ kind: 'Ended', reason: 'accepted-elsewhere' });
  await Promise.resolve();
  expect(asking.value).toBeUndefined();
  const two = next();
  two.accept();
  two.become({ kind: 'Ended', reason: 'declined' });
  await Promise.resolve();
  expect(asking.value).toBe(two);
});

test('an account that closes asks nothing any more', () => {
  const { asking, next, isListening } = scene();
  const one = next();
  asking.unfollow();
  expect([asking.value, one.state.kind, isListening()]).toEqual([undefined, 'Ended', false]);
});
