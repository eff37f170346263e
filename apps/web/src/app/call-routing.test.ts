import type { CallState } from '@oracle-calls/sdk';
import { expect, test } from 'vitest';
import { Store } from '../store/store.ts';
import { FakeAddressBar } from './address-bar.fixture.ts';
import { followCalls } from './call-routing.ts';
import { Navigation } from './navigation.ts';

interface Shown {
  readonly call: { state: CallState } | undefined;
}

class Desk extends Store<Shown> {
  constructor() {
    super({ call: undefined });
  }
  place(): void {
    this.set({ call: { state: { kind: 'Preparing' } } });
  }
  end(): void {
    const { call } = this.value;
    if (call === undefined) return;
    call.state = { kind: 'Ended', callId: undefined, reason: 'hangup', error: undefined };
    this.set({ call });
  }
  dismiss(): void {
    this.set({ call: undefined });
  }
}

function open(hash = '') {
  const address = new FakeAddressBar(hash);
  const desk = new Desk();
  const navigation = new Navigation(address);
  const following = followCalls(desk, navigation, () => desk.dismiss());
  return { address, desk, navigation, following, screen: () => navigation.value.screen };
}

test('a call that is placed takes the page, wherever a person is, and its end shows the summary', () => {
  const { desk, navigation, screen } = open();
  navigation.go({ screen: 'history' });
  desk.place();
  expect(screen()).toBe('call');
  desk.end();
  expect(screen()).toBe('summary');
});

test('back from a call leaves it going on, and its end does not interrupt what a person looks at', () => {
  const { address, desk, screen } = open();
  desk.place();
  address.step(-1);
  expect(screen()).toBe('home');
  desk.end();
  expect(screen()).toBe('home');
});

test('back from the summary is the screen from which the call was placed', () => {
  const { address, desk, screen } = open();
  desk.place();
  desk.end();
  address.step(-1);
  expect(screen()).toBe('home');
});

test('whoever leaves the summary has seen it: the call is put away, and forward does not show it again', () => {
  const { address, desk, navigation, screen } = open();
  desk.place();
  desk.end();
  navigation.go({ screen: 'history' });
  expect(desk.value.call).toBeUndefined();
  address.step(-1);
  expect(screen()).toBe('home');
});

test('a call that is placed from the summary of the one before is looked at', () => {
  const { desk, screen } = open();
  desk.place();
  desk.end();
  desk.place();
  expect(screen()).toBe('call');
});

test.each(['#/call', '#/summary'])('without a call, %s is home', (hash) => {
  const { address, screen } = open(hash);
  expect(screen()).toBe('home');
  expect(address.entries).toEqual(['#/']);
  address.type(hash);
  expect(screen()).toBe('home');
});

test('a summary that is dismissed is home, and a summary is none while a call is in progress', () => {
  const { address, desk, screen } = open();
  desk.place();
  desk.end();
  desk.dismiss();
  expect(screen()).toBe('home');
  desk.place();
  address.type('#/summary');
  expect(screen()).toBe('home');
});

test('nothing is followed after the end', () => {
  const { address, desk, following, screen } = open();
  following[Symbol.dispose]();
  desk.place();
  expect(screen()).toBe('home');
  expect(address.listeners).toBe(1);
});
