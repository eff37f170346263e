import { parseCallId, parseDid } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { FakeAddressBar } from './address-bar.fixture.ts';
import { Navigation } from './navigation.ts';
import { hashOf, HOME, parseRoute, type Route } from './route.ts';

const pastCall: Route = {
  screen: 'past-call',
  oracleDid: parseDid('did:web:oracle.example.org%3A8443:path'),
  callId: parseCallId('$event_with-signs@room-1'),
};

test.each<Route>([
  HOME,
  { screen: 'history' },
  { screen: 'settings' },
  { screen: 'call' },
  { screen: 'summary' },
  pastCall,
])('the address of $screen leads there again', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test.each([
  '',
  '#',
  '#/',
  '#/nowhere',
  '#/history/did:web:a',
  '#/history/oracle/call',
  '#/history/%E0%A4%A/$e@r',
  '#/a/b/c',
  '#loginToken=x',
])('an address that leads nowhere (%s) is home', (hash) => {
  expect(parseRoute(hash)).toEqual(HOME);
});

test('back and forward lead where a person was', () => {
  const address = new FakeAddressBar();
  using navigation = new Navigation(address);
  navigation.go({ screen: 'history' });
  navigation.go(pastCall);
  address.step(-1);
  expect(navigation.value).toEqual({ screen: 'history' });
  address.step(-1);
  expect(navigation.value).toEqual(HOME);
  address.step(1);
  expect(navigation.value).toEqual({ screen: 'history' });
});

test('a page that is loaded anew is where it was', () => {
  using navigation = new Navigation(new FakeAddressBar(hashOf(pastCall)));
  expect(navigation.value).toEqual(pastCall);
});

test('what takes the place of a screen is left by one step back, past that screen', () => {
  const address = new FakeAddressBar();
  using navigation = new Navigation(address);
  navigation.go({ screen: 'call' });
  navigation.replace({ screen: 'summary' });
  address.step(-1);
  expect(navigation.value).toEqual(HOME);
});

test('going where one is makes no step', () => {
  const address = new FakeAddressBar('#/history');
  using navigation = new Navigation(address);
  navigation.go({ screen: 'history' });
  expect(address.entries).toHaveLength(1);
});

test('one step is told once, though browsers tell it twice, and nobody listens after the end', () => {
  const address = new FakeAddressBar();
  const navigation = new Navigation(address);
  let told = 0;
  using _observation = navigation.observe(() => (told += 1));
  address.type('#/settings');
  address.tell();
  expect(told).toBe(1);
  navigation[Symbol.dispose]();
  expect(address.listeners).toBe(0);
});
