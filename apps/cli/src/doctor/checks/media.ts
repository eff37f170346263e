import { isPrivateHost } from '@oracle-calls/protocol/did';
import type { Clock } from '@oracle-calls/protocol';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps } from '../installation.ts';
import { connectMedia } from '../livekit/media-connection.ts';
import { KeyRefused, type SfuFacts, type SfuProbe } from '../livekit/sfu-probe.ts';
import { Unreachable } from '../network/ask.ts';
import { answersStun, udpServerOf } from '../network/stun.ts';

async function judgeConnection(
  probe: SfuProbe,
  clientUrl: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  const tookMs = await connectMedia(clientUrl, await probe.joinToken(), { clock, signal });
  if (tookMs !== undefined) return ok(`a real media connection stood after ${tookMs} ms`);
  const mend =
    'Open LiveKit’s media ports to the world: rtc.udp_port or rtc.port_range_start to port_range_end (UDP), and rtc.tcp_port (7881). Behind NAT set rtc.use_external_ip or node_ip.';
  return failed('Signalling works, but no media connection comes about', mend);
}

/** Callers behind strict firewalls get through only by TURN over TLS. */
export function judgeTurn({ iceUrls }: SfuFacts, clientUrl: string): Outcome {
  const turn = iceUrls.filter((url) => /^turns?:/i.test(url));
  if (turn.some((url) => /^turns:/i.test(url))) return ok('the SFU offers TURN over TLS');
  if (isPrivateHost(new URL(clientUrl).hostname))
    return skipped('an SFU on this machine or a private network needs none');
  const mend =
    'Set turn.enabled, turn.domain and turn.tls_port (443 is best) in LiveKit’s configuration, with a certificate.';
  return warning(turn.length === 0 ? 'The SFU offers no TURN' : 'The SFU offers TURN without TLS only', mend);
}

/** STUN tells clients behind NAT their own address; a TURN server answers it too. */
export async function judgeStun(
  facts: SfuFacts,
  clientUrl: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  if (isPrivateHost(new URL(clientUrl).hostname))
    return skipped('an SFU on this machine or a private network needs none');
  const servers = facts.iceUrls.flatMap((url) => udpServerOf(url) ?? []);
  return await judgeStunServers(servers, clock, signal);
}

export async function judgeStunServers(
  servers: readonly { readonly host: string; readonly port: number }[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  const [first] = servers;
  if (first === undefined) return skipped('the SFU names no STUN or TURN server over UDP');
  const answers = await Promise.all(servers.map((server) => answersStun(server, clock, signal)));
  const silent = servers.filter((_server, at) => answers[at] === false).map(({ host, port }) => `${host}:${port}`);
  if (silent.length === 0) return ok(`${servers.length} of ${servers.length} servers answer over UDP`);
  const mend =
    'Open UDP to and from there (3478 is usual), or take the server out of rtc.stun_servers or rtc.turn_servers.';
  const detail = `No answer over UDP from ${silent.join(', ')}`;
  return silent.length === servers.length ? failed(detail, mend) : warning(detail, mend);
}

export function mediaChecks({ installation, sfuProbe, clock }: CheckDeps): Check[] {
  const clientUrl = installation.sfuClientUrl ?? '';
  const withProbe =
    (judge: (probe: SfuProbe, signal: AbortSignal) => Promise<Outcome>): Check['run'] =>
    async (signal) => {
      if (sfuProbe === undefined) return skipped('no SFU is given, or its API key is not known');
      try {
        return await judge(sfuProbe, signal);
      } catch (error) {
        if (error instanceof KeyRefused || error instanceof Unreachable) return skipped('the SFU lets no client in');
        throw error;
      }
    };
  return [
    {
      id: 'media.connection',
      title: 'Media',
      run: withProbe(async (probe, signal) => {
        await probe.facts(signal);
        return await judgeConnection(probe, clientUrl, clock, signal);
      }),
    },
    {
      id: 'media.turn',
      title: 'TURN',
      run: withProbe(async (probe, signal) => judgeTurn(await probe.facts(signal), clientUrl)),
    },
    {
      id: 'media.stun',
      title: 'STUN',
      run: withProbe(async (probe, signal) => await judgeStun(await probe.facts(signal), clientUrl, clock, signal)),
    },
  ];
}
