import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { parseWith } from '@oracle-calls/protocol';
import { DevError } from '../process/dev-error.ts';

const nonceSchema = v.object({ nonce: v.string() });
const refusalSchema = v.object({ errcode: v.string() });
/** Registration hashes a password; on a busy machine that takes seconds, not tens of them. */
const REQUEST_MS = 20_000;

export interface Registration {
  readonly baseUrl: string;
  readonly registrationSecret: string;
  readonly name: string;
  readonly password: string;
}

/**
 * Makes an account through Synapse's shared-secret registration, or says that the name is taken.
 *
 * @throws {DevError} `ERR_DEV_ANSWER` when the server refuses otherwise
 */
export async function registerUser(registration: Registration): Promise<'made' | 'taken'> {
  const { baseUrl, registrationSecret, name, password } = registration;
  const url = `${baseUrl}/_synapse/admin/v1/register`;
  const offer = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) });
  const { nonce } = parseWith(nonceSchema, await offer.json());
  const mac = createHmac('sha1', registrationSecret)
    .update([nonce, name, password, 'notadmin'].join('\0'))
    .digest('hex');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, username: name, password, admin: false, mac }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const body: unknown = await response.json();
  if (response.ok) return 'made';
  const refusal = v.safeParse(refusalSchema, body);
  const reason = refusal.success ? refusal.output.errcode : `status ${response.status}`;
  if (reason === 'M_USER_IN_USE') return 'taken';
  throw new DevError('ERR_DEV_ANSWER', `Synapse refused to register ${name}: ${reason}`);
}
