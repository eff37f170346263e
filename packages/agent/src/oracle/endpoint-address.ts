import * as v from 'valibot';
import { isPlainAddress } from '../hosted/http/plain-address.ts';
import type { Plaintext } from '../hosted/http/plain-address.ts';

export { PLAINTEXT_REFUSED } from '../hosted/http/plain-address.ts';

/** Leave for an `http:` address of another machine, on a network of one's own: what is said goes there readable for whoever is on the way. */
export const plaintextSchema = v.optional(v.literal('allow'));

export interface EndpointAddress {
  readonly kind: string;
  readonly plaintext?: Plaintext | undefined;
  readonly baseUrl?: string;
  readonly url?: string;
}

/** Asked where settings are read, so that an operator hears of it at once and not in the first call. */
export const isSealedEndpoint = ({ plaintext, baseUrl, url = baseUrl }: EndpointAddress): boolean =>
  plaintext === 'allow' || url === undefined || !URL.canParse(url) || !isPlainAddress(url);
