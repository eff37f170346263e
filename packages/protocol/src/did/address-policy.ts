/*
 * Which addresses a DID document, or a DID itself, may send us to. Documents are written by strangers, so by default they
 * cannot point into the network of whoever reads them. Names are judged by their text: a public name that a DNS server maps
 * to a private address is not seen here (there is no DNS in a browser), so a Node service should also restrict its egress.
 */

/** IPv4 blocks that are not the public internet, as [network, prefix length] (RFC 6890 and the IANA registry it began). */
const PRIVATE_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;

/** Names that never leave the machine or the site (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`). */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa', '.lan'];

const toNumber = (ipv4: string): number => ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function isPrivateIpv4(host: string): boolean {
  const address = toNumber(host);
  return PRIVATE_IPV4.some(([network, length]) => {
    const blockSize = 2 ** (32 - length);
    return Math.floor(address / blockSize) === Math.floor(toNumber(network) / blockSize);
  });
}

/** Everything but global unicast (2000::/3), and of that not the tunnels that carry an IPv4 address (6to4, Teredo). */
function isPrivateIpv6(host: string): boolean {
  const [first = '', second = ''] = host.slice(1, -1).split(':');
  const group = Number.parseInt(first || '0', 16);
  const isGlobalUnicast = group >= 0x20_00 && group <= 0x3f_ff;
  return !isGlobalUnicast || group === 0x20_02 || (group === 0x20_01 && Number.parseInt(second || '0', 16) === 0);
}

/** Whether a host, as `URL.hostname` normalises it, is an IP address rather than a name. */
export function isIpAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname);
}

/** Whether a host, as `URL.hostname` normalises it, is this machine or a private network, as far as its text tells. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPrivateIpv6(hostname);
  if (isIpAddress(hostname)) return isPrivateIpv4(hostname);
  const name = hostname.replace(/\.$/, '');
  return !name.includes('.') || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
}

export interface AddressPolicy {
  /** Lets addresses be private, and those also plain `http:`. For development and for sites that run their own network. */
  readonly allowPrivateAddresses?: boolean | undefined;
}

/** Why an address is refused, or `undefined` when it may be used. */
export function findAddressProblem(url: URL, { allowPrivateAddresses = false }: AddressPolicy): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http and https addresses are used';
  if (url.username !== '' || url.password !== '') return 'an address must not carry credentials';
  const isPrivate = isPrivateHost(url.hostname);
  if (isPrivate && !allowPrivateAddresses) return 'private addresses are not allowed here';
  if (url.protocol === 'http:' && !isPrivate) return 'http is only used for private addresses';
  return undefined;
}
