export interface TrackCounters {
  readonly packets: number;
  readonly bytes: number;
}

/** Sums packets and bytes of the RTP streams in a WebRTC statistics report (W3C webrtc-stats, "inbound-rtp", "outbound-rtp"). */
export function countersOf(report: Iterable<readonly [string, unknown]> | undefined): TrackCounters {
  let packets = 0;
  let bytes = 0;
  for (const [, entry] of report ?? []) {
    if (typeof entry !== 'object' || entry === null || !('type' in entry)) continue;
    if (entry.type === 'inbound-rtp') {
      packets += numberAt(entry, 'packetsReceived');
      bytes += numberAt(entry, 'bytesReceived');
    } else if (entry.type === 'outbound-rtp') {
      packets += numberAt(entry, 'packetsSent');
      bytes += numberAt(entry, 'bytesSent');
    }
  }
  return { packets, bytes };
}

function numberAt(entry: object, name: string): number {
  const value: unknown = Reflect.get(entry, name);
  return typeof value === 'number' ? value : 0;
}
