import { expect, test } from 'vitest';
import { clientAddressOf } from './client-address.ts';
import { isAddressOrNetwork, TrustedProxies } from './trusted-proxies.ts';

const proxies = new TrustedProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48']);
const none = new TrustedProxies([]);

test.each([
  ['a peer that is no proxy is the client, whatever it writes', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
  ['behind a proxy it is the last address in the header', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['what stands before that was written by the client', '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['proxies behind proxies are passed over', '10.1.2.3', '198.51.100.1, 192.0.2.7,10.9.9.9', '198.51.100.1'],
  ['a proxy that says nothing is the client itself', '10.1.2.3', undefined, '10.1.2.3'],
  ['a word that is no address ends the search', '10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
  ['so does an empty one', '10.1.2.3', '', '10.1.2.3'],
  ['when all are proxies the first is the client', '10.1.2.3', '10.4.4.4', '10.4.4.4'],
  ['a peer in IPv6 clothes is the same peer', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
  ['IPv6 proxies count too', '2001:db8:1::5', '2001:db8:2::1', '2001:db8:2::1'],
  ['a peer that is no address is unknown', 'socket', undefined, 'unknown'],
  ['without a socket there is no address', undefined, '198.51.100.1', 'unknown'],
])('%s', (_words, peer, header, address) => {
  expect(clientAddressOf(peer, header, proxies).address).toBe(address);
});

test('without trusted proxies the header counts for nothing', () => {
  expect(clientAddressOf('127.0.0.1', '198.51.100.1', none).address).toBe('127.0.0.1');
});

test.each([
  ['198.51.100.1', '198.51.100.1'],
  ['2001:db8:0:1::5', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is counted under %s', (address, bucket) => {
  expect(clientAddressOf(address, undefined, none).bucket).toBe(bucket);
});

test.each(['10.0.0.0/33', '10.0.0/8', 'proxy.example', '', '10.0.0.0/', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1'])(
  '%o is neither an address nor a network',
  (text) => {
    expect(isAddressOrNetwork(text)).toBe(false);
    expect(() => new TrustedProxies([text])).toThrow(TypeError);
  },
);
