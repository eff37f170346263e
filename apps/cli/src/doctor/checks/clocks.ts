import { ROUTES } from '@oracle-calls/protocol/http';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps } from '../installation.ts';
import { askerOf, unlessUnreachable } from '../network/asker.ts';
import { httpOf } from '../read-installation.ts';

/** A `Date` header tells whole seconds (RFC 9110, 5.6.7), so the middle of that second is meant, give or take half of one. */
const HALF_SECOND_MS = 500;

/** From this on somebody should look, in ms: clocks that are kept by NTP are within a second. */
export const SKEW_WARNING_MS = 5_000;

/** From this on join tokens and signatures are refused as not yet valid or expired, in ms: LiveKit gives tokens a minute's grace. */
export const SKEW_MAX_MS = 60_000;

const MEND =
  'Keep the time of both machines by NTP (for example: systemctl enable --now chrony). Tokens and envelopes expire by these clocks.';

async function judgeClock(url: string, path: string, { clock }: CheckDeps, signal: AbortSignal): Promise<Outcome> {
  const { headers, askedAt, answeredAt } = await askerOf(url, () => clock.now())(path, signal);
  const theirs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return skipped('the server does not tell the time');
  const skewMs = theirs + HALF_SECOND_MS - (askedAt + answeredAt) / 2;
  const size = Math.abs(skewMs);
  const text = `${(size / 1000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (size > SKEW_MAX_MS) return failed(`Its clock is ${text}`, MEND);
  return size > SKEW_WARNING_MS ? warning(`Its clock is ${text}`, MEND) : ok('its clock agrees with this one');
}

export function clockChecks(deps: CheckDeps): Check[] {
  const { homeserverUrl, sfu, sfuClientUrl, backendUrl } = deps.installation;
  const sfuUrl = sfu?.apiUrl ?? httpOf(sfuClientUrl);
  const servers = [
    ['homeserver', 'Homeserver', homeserverUrl, '/_matrix/client/versions'],
    ['sfu', 'SFU', sfuUrl, '/'],
    ['backend', 'Backend', backendUrl, ROUTES.healthz],
  ] as const;
  return servers.map(([name, title, url, path]): Check => ({
    id: `clocks.${name}`,
    title,
    run: async (signal) => {
      if (url === undefined) return skipped('its address is not given');
      return await unlessUnreachable('it', () => judgeClock(url, path, deps, signal));
    },
  }));
}
