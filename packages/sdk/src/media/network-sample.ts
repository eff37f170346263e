import type { LocalTrack } from 'livekit-client';
import type { ArrivedTrack } from './remote-tracks.ts';
import type { NetworkSample } from './sfu-port.ts';

/** Asks the browser about the senders and receivers of one connection. */
export async function networkOf(
  sent: readonly Pick<LocalTrack, 'sender'>[],
  received: readonly Pick<ArrivedTrack, 'receiver'>[],
): Promise<NetworkSample | undefined> {
  const paths = [...sent.flatMap(({ sender }) => sender ?? []), ...received.map(({ receiver }) => receiver)];
  return networkSampleOf(await Promise.all(paths.map((path) => path.getStats())));
}

type Report = Iterable<readonly [string, unknown]>;

/** Gathers how the network is from WebRTC statistics reports (W3C webrtc-stats) of one connection's senders and receivers. */
export function networkSampleOf(reports: readonly Report[]): NetworkSample | undefined {
  // Reports of one connection share their entries.
  const entries = new Map(reports.flatMap((report) => [...report]));
  let roundTripS: number | undefined;
  let jitterS: number | undefined;
  let [expected, lost] = [0, 0];
  for (const entry of entries.values()) {
    if (typeof entry !== 'object' || entry === null || !('type' in entry)) continue;
    switch (entry.type) {
      case 'candidate-pair':
        // Measured by this client's own connectivity checks (STUN); the pair in use is the one that is nominated.
        if (Reflect.get(entry, 'nominated') === true)
          roundTripS = numberAt(entry, 'currentRoundTripTime') ?? roundTripS;
        break;
      case 'outbound-rtp':
        expected += numberAt(entry, 'packetsSent') ?? 0;
        break;
      case 'remote-inbound-rtp':
        lost += lostOf(entry);
        break;
      case 'inbound-rtp':
        // What was lost on the way here is in nobody's count of received packets.
        expected += (numberAt(entry, 'packetsReceived') ?? 0) + lostOf(entry);
        lost += lostOf(entry);
        if ('kind' in entry && entry.kind === 'audio') jitterS = Math.max(jitterS ?? 0, numberAt(entry, 'jitter') ?? 0);
        break;
      default:
    }
  }
  if (expected === 0 && roundTripS === undefined) return undefined;
  return { roundTripMs: toMs(roundTripS), jitterMs: toMs(jitterS), expectedPackets: expected, lostPackets: lost };
}

/** Duplicates make it negative (RFC 3550, 6.4.1). */
const lostOf = (entry: object): number => Math.max(0, numberAt(entry, 'packetsLost') ?? 0);

const toMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 1000);

function numberAt(entry: object, name: string): number | undefined {
  const value: unknown = Reflect.get(entry, name);
  return typeof value === 'number' ? value : undefined;
}
