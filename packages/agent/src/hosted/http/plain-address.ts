import { OracleCallError } from '@oracle-calls/protocol';
import { placeOf } from '@oracle-calls/protocol/hearing';

/** Leave for what is said to go to another machine readable for whoever is on the way: a network of one's own, such as that of containers. */
export type Plaintext = 'allow';

export const PLAINTEXT_REFUSED =
  'would be sent in the clear to another machine: use https, or say plaintext: "allow" for a network of your own';

/** Whether what is sent there can be read, and changed, by whoever is on the way. Loopback has nobody on it. */
export const isPlainAddress = (url: string): boolean =>
  !/^(?:https|wss):$/.test(new URL(url).protocol) && placeOf(url, ['text']).where !== 'this-machine';

/**
 * A call is sealed from end to end up to the oracle, and so from the oracle to whoever else hears it.
 *
 * @throws {OracleCallError} `ERR_CONFIG_INVALID` for a plain address without leave
 */
export function requireSealedAddress(url: string, plaintext: Plaintext | undefined): void {
  if (plaintext === 'allow' || !isPlainAddress(url)) return;
  throw new OracleCallError('ERR_CONFIG_INVALID', `${new URL(url).host} ${PLAINTEXT_REFUSED}.`);
}
