import { DataPacket } from '@livekit/protocol';
import type { ScriptedCaller } from '../../../dev/caller/scripted-caller.ts';

/** Data packets of a page, base64, as the SFU sees them: their transport encryption ends there. */
interface TappedPage {
  readonly wireTap: { readonly sent: string[]; readonly received: string[] };
}

/** Runs in the page before its own scripts, as text: notes everything that goes through data channels. */
export function installWireTap(): void {
  const tap = { sent: [] as string[], received: [] as string[] };
  const note = (list: string[], data: unknown): void => {
    const bytes =
      data instanceof ArrayBuffer
        ? new Uint8Array(data)
        : ArrayBuffer.isView(data)
          ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
          : new TextEncoder().encode(String(data));
    list.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
  };
  const watch = (channel: RTCDataChannel): void => {
    const send = channel.send.bind(channel) as (data: unknown) => void;
    channel.send = (data: unknown): void => {
      note(tap.sent, data);
      send(data);
    };
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => note(tap.received, data));
  };
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('datachannel', ({ channel }) => watch(channel));
    }
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      watch(channel);
      return channel;
    }
  };
  Object.defineProperty(globalThis, 'wireTap', { value: tap });
}

export interface TappedPacket {
  readonly direction: 'sent' | 'received';
  readonly packet: DataPacket;
  readonly bytes: Buffer;
}

/** What went through the page's data channels so far. */
export async function tappedPackets({ page }: ScriptedCaller): Promise<readonly TappedPacket[]> {
  const tap = await page.evaluate(() => {
    const { sent, received } = (globalThis as object as TappedPage).wireTap;
    return { sent: [...sent], received: [...received] };
  });
  return (['sent', 'received'] as const).flatMap((direction) =>
    tap[direction].map((base64) => {
      const bytes = Buffer.from(base64, 'base64');
      return { direction, bytes, packet: DataPacket.fromBinary(bytes) };
    }),
  );
}
