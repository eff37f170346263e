/**
 * Runs inside the page before its own scripts: notes when the first frame of our topic reaches it, which is the oracle's offer. Measured
 * at the data channel and not in the SDK, so that nothing the SDK does before it looks is left out. Self-contained: it is handed to the browser as text.
 */
export interface FirstFrameWatch {
  /** Epoch milliseconds of the first frame since `forget`. */
  at: number | undefined;
}

export function watchFirstFrame(topic: string): void {
  const watch: FirstFrameWatch = { at: undefined };
  Object.defineProperty(globalThis, 'firstFrame', { value: watch });
  const wanted = new TextEncoder().encode(topic);
  const holdsTopic = (bytes: Uint8Array): boolean => {
    for (let from = bytes.indexOf(wanted[0] ?? 0); from !== -1; from = bytes.indexOf(wanted[0] ?? 0, from + 1)) {
      if (wanted.every((byte, at) => bytes[from + at] === byte)) return true;
    }
    return false;
  };
  const listen = (channel: RTCDataChannel): void => {
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (watch.at !== undefined || !(data instanceof ArrayBuffer) || !holdsTopic(new Uint8Array(data))) return;
      watch.at = performance.timeOrigin + performance.now();
    });
  };
  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('datachannel', ({ channel }) => listen(channel));
    }
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      listen(channel);
      return channel;
    }
  };
}
