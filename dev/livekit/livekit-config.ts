export interface LiveKitConfigInput {
  readonly port: number;
  readonly udpPort: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly autoCreateRooms: boolean;
  readonly webhookUrls: readonly string[];
}

/** LiveKit's configuration as JSON (which YAML includes). Everything on loopback, media on one UDP port. */
export function livekitConfig(input: LiveKitConfigInput): string {
  const config = {
    port: input.port,
    bind_addresses: ['127.0.0.1'],
    rtc: {
      // LiveKit's TCP fallback listens on every interface, whatever bind_addresses says: off, loopback does not lose UDP.
      tcp_port: 0,
      udp_port: input.udpPort,
      use_external_ip: false,
      node_ip: '127.0.0.1',
      enable_loopback_candidate: true,
      ips: { includes: ['127.0.0.1/32'] },
      // Without an entry LiveKit names a public STUN server to every client: a call on loopback asks nobody outside.
      // The discard port (RFC 863), where nobody is: at its own media port LiveKit answers STUN, and libwebrtc then never connects.
      stun_servers: ['127.0.0.1:9'],
    },
    keys: { [input.apiKey]: input.apiSecret },
    room: { auto_create: input.autoCreateRooms },
    logging: { level: 'warn', json: false },
    ...(input.webhookUrls.length === 0 ? {} : { webhook: { api_key: input.apiKey, urls: input.webhookUrls } }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
