import { isIP } from 'node:net';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Where a request comes from. */
export interface ClientAddress {
  /** The IP address, or `unknown` when there is no socket. */
  readonly address: string;
  /** What limits count by: an IPv6 client has a /64 to itself (RFC 6177), so that its single addresses mean nothing. */
  readonly bucket: string;
}

const UNKNOWN: ClientAddress = { address: 'unknown', bucket: 'unknown' };

/** IPv4 inside IPv6 (RFC 4291, section 2.5.5.2) is the same client. */
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

const normalise = (address: string): string => MAPPED_IPV4.exec(address)?.[1] ?? address;

/** The first four groups of an IPv6 address, with `::` written out. */
function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...rest];
  const network = all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

function toClientAddress(address: string): ClientAddress {
  const version = isIP(address);
  if (version === 0) return UNKNOWN;
  return { address, bucket: version === 6 ? networkOf(address) : address };
}

/**
 * The client of a request: the socket's peer, unless that is a trusted proxy. Then it is the last address in `X-Forwarded-For` that
 * no trusted proxy has; what stands before it was written by the client and may be anything.
 */
export function clientAddressOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): ClientAddress {
  if (peer === undefined) return UNKNOWN;
  let client = normalise(peer);
  const hops = (forwardedFor ?? '').split(',').map((hop) => normalise(hop.trim()));
  while (proxies.has(client)) {
    const hop = hops.pop();
    // A word that is no address was not written by a proxy that works: its own address is the best that is known.
    if (hop === undefined || isIP(hop) === 0) break;
    client = hop;
  }
  return toClientAddress(client);
}
