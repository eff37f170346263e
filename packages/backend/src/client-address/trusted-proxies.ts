import { BlockList, isIP } from 'node:net';

const PREFIX_MAX = { 4: 32, 6: 128 } as const;
const FAMILY = { 4: 'ipv4', 6: 'ipv6' } as const;

type IpVersion = keyof typeof FAMILY;

function versionOf(address: string): IpVersion | undefined {
  const version = isIP(address);
  return version === 4 || version === 6 ? version : undefined;
}

/** Whether text is an IP address or a network such as `10.0.0.0/8`. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = versionOf(address);
  if (version === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= PREFIX_MAX[version]);
}

/** Which peers are proxies of ours, whose word about the client's address counts. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** @throws {TypeError} for what is neither an address nor a network */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      if (!isAddressOrNetwork(network)) throw new TypeError('A trusted proxy is an IP address or a network.');
      const [address = '', prefix] = network.split('/');
      const version = versionOf(address) ?? 4;
      this.#list.addSubnet(address, Number(prefix ?? PREFIX_MAX[version]), FAMILY[version]);
    }
  }

  has(address: string): boolean {
    const version = versionOf(address);
    return version !== undefined && this.#list.check(address, FAMILY[version]);
  }
}
