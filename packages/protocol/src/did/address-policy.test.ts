import { expect, test } from 'vitest';
import { findAddressProblem, isPrivateHost } from './address-policy.ts';

test.each([
  'http://localhost',
  'http://localhost.:80',
  'http://foo.localhost',
  'http://printer.local',
  'http://db.internal',
  'http://router.home.arpa',
  'http://intranet',
  'http://0.0.0.0',
  'http://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://10.1.2.3',
  'http://100.64.0.1',
  'http://169.254.169.254',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://198.19.0.1',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://[::1]',
  'http://[::]',
  'http://[fe80::1]',
  'http://[fd00::1]',
  'http://[::ffff:127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://[2001:0:1::]',
])('%s is private', (address) => {
  expect(isPrivateHost(new URL(address).hostname)).toBe(true);
});

test.each([
  'http://example.org',
  'http://localhost.example.org',
  'http://mylocal.example',
  'http://1.1.1.1',
  'http://172.32.0.1',
  'http://100.128.0.1',
  'http://192.167.255.255',
  'http://223.255.255.255',
  'http://[2606:4700::1111]',
  'http://[2001:db80::1]',
])('%s is public', (address) => {
  expect(isPrivateHost(new URL(address).hostname)).toBe(false);
});

test.each([
  ['https://example.org/a', false, undefined],
  ['https://example.org/a', true, undefined],
  ['http://example.org/', false, 'http is only used for private addresses'],
  ['http://example.org/', true, 'http is only used for private addresses'],
  ['http://127.0.0.1/', true, undefined],
  ['https://127.0.0.1/', true, undefined],
  ['http://127.0.0.1/', false, 'private addresses are not allowed here'],
  ['https://localhost/', false, 'private addresses are not allowed here'],
  ['ftp://example.org/', true, 'only http and https addresses are used'],
  ['file:///etc/passwd', true, 'only http and https addresses are used'],
  ['javascript:alert(1)', true, 'only http and https addresses are used'],
  ['https://user:secret@example.org/', true, 'an address must not carry credentials'],
])('%s with private addresses %s: %s', (address, allowPrivateAddresses, problem) => {
  expect(findAddressProblem(new URL(address), { allowPrivateAddresses })).toBe(problem);
});
