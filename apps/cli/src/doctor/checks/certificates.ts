import { isPrivateHost } from '@oracle-calls/protocol/did';
import { failed, ok, skipped, warning, type Outcome } from '../check.ts';
import { certificateOf, Unreachable } from '../network/ask.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Automatic renewal happens 30 days before the end; when it did not until two weeks before, somebody should look. */
const RENEWAL_WARNING_MS = 14 * DAY_MS;
const HTTPS_PORT = 443;

/** Whether what clients reach over the network is encrypted on the way, with a certificate that they accept. */
export async function judgeTransport(url: string, now: number, signal: AbortSignal, ca?: string): Promise<Outcome> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'http:' || protocol === 'ws:') {
    if (isPrivateHost(hostname)) return skipped('not encrypted, on this machine or a private network');
    const mend =
      'Put a proxy with a certificate in front and use its https or wss address: browsers refuse anything else.';
    return failed(`${protocol}//${hostname} is not encrypted on the way`, mend);
  }
  const host = hostname.replaceAll(/[[\]]/g, '');
  try {
    const { problem, validTo } = await certificateOf(host, Number(port || HTTPS_PORT), signal, ca);
    const days = Math.floor((validTo - now) / DAY_MS);
    if (problem !== undefined) {
      const mend = 'Install a certificate for this name by an authority that browsers know, with its whole chain.';
      return failed(`The certificate of ${hostname} is not accepted: ${problem}`, mend);
    }
    if (validTo - now < RENEWAL_WARNING_MS) {
      const mend = 'Renew it now, and see why that did not happen by itself.';
      return warning(`The certificate of ${hostname} ends in ${days} days`, mend);
    }
    return ok(`the certificate of ${hostname} is good for ${days} days`);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return failed(
      `No TLS connection to ${hostname}: ${error.message}`,
      'See that the server runs and that its port is open.',
    );
  }
}
