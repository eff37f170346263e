export interface TrackCounters {
  readonly packets: number;
  readonly bytes: number;
  /**
   * Frames that the network side knows of, which the frame cryptor must know of too. A packet of sound is one frame; pictures take
   * several packets, so their frames are counted by the browser.
   */
  readonly frames: number;
}

/** Sums packets and bytes of the RTP streams in a WebRTC statistics report (W3C webrtc-stats, "inbound-rtp", "outbound-rtp"). */
export function countersOf(report: Iterable<readonly [string, unknown]> | undefined): TrackCounters {
  let packets = 0;
  let bytes = 0;
  let frames = 0;
  for (const [, entry] of report ?? []) {
    if (typeof entry !== 'object' || entry === null || !('type' in entry)) continue;
    const isVideo = 'kind' in entry && entry.kind === 'video';
    if (entry.type === 'inbound-rtp') {
      packets += numberAt(entry, 'packetsReceived');
      bytes += numberAt(entry, 'bytesReceived');
      frames += numberAt(entry, isVideo ? 'framesDecoded' : 'packetsReceived');
    } else if (entry.type === 'outbound-rtp') {
      packets += numberAt(entry, 'packetsSent');
      bytes += numberAt(entry, 'bytesSent');
      frames += isVideo
        ? numberAt(entry, 'framesSent')
        : numberAt(entry, 'packetsSent') - numberAt(entry, 'retransmittedPacketsSent');
    }
  }
  return { packets, bytes, frames };
}

function numberAt(entry: object, name: string): number {
  const value: unknown = Reflect.get(entry, name);
  return typeof value === 'number' ? value : 0;
}
