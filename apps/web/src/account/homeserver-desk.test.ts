import { expect, test } from 'vitest';
import { HomeserverDesk } from './homeserver-desk.ts';
import type { LoginMethods } from './login-methods.ts';
import { SignInError } from './sign-in-error.ts';

const CONFIGURED = 'https://matrix.example.org';
const PASSWORD: LoginMethods = { hasPassword: true, providers: [] };
const SSO: LoginMethods = { hasPassword: false, providers: [{ id: 'company', name: 'Company' }] };

const find = (typed: string) =>
  typed === 'other.org'
    ? Promise.resolve({ name: typed, baseUrl: 'https://matrix.other.org' })
    : Promise.reject(new SignInError('no-homeserver'));

test('the configured homeserver says what it offers; somebody may turn to another', async () => {
  const desk = new HomeserverDesk(CONFIGURED, {
    find,
    ask: (url) => Promise.resolve(url === CONFIGURED ? PASSWORD : SSO),
  });
  expect(desk.value.methods).toBe('asking');
  await desk.look();
  expect(desk.value).toMatchObject({ homeserver: { name: 'matrix.example.org' }, methods: PASSWORD });
  await expect(desk.choose('other.org')).resolves.toBe(true);
  expect(desk.value).toMatchObject({ homeserver: { name: 'other.org' }, methods: SSO, problem: undefined });
});

test('what names no homeserver changes nothing but what is said', async () => {
  const desk = new HomeserverDesk(CONFIGURED, { find, ask: () => Promise.resolve(PASSWORD) });
  await desk.look();
  await expect(desk.choose('nonsense')).resolves.toBe(false);
  expect(desk.value).toMatchObject({
    homeserver: { baseUrl: CONFIGURED },
    methods: PASSWORD,
    problem: 'no-homeserver',
  });
});

test('a homeserver that is away can be asked again', async () => {
  let isAway = true;
  const ask = () => (isAway ? Promise.reject(new SignInError('unreachable')) : Promise.resolve(PASSWORD));
  const desk = new HomeserverDesk(CONFIGURED, { find, ask });
  await desk.look();
  expect(desk.value).toMatchObject({ methods: 'failed', problem: 'unreachable' });
  isAway = false;
  await desk.look();
  expect(desk.value).toMatchObject({ methods: PASSWORD, problem: undefined });
});
