import {
  LocalVideoTrack,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
  type RemoteTrack,
  type Room,
} from '@livekit/rtc-node';
import { FfiRequest, livekitFfiRequest, LocalTrackMuteRequest } from '@livekit/rtc-ffi-bindings';
import { useSlot } from '@oracle-calls/node-media/seat';
import { systemClock } from '@oracle-calls/protocol';

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const ORANGE: Colour = [230, 120, 30];
export const TEAL: Colour = [20, 140, 130];

const [WIDTH, HEIGHT] = [320, 240];
const FRAME_MS = 66;
/** A codec moves colours by some steps of 255. */
const TOLERANCE = 24;

export const isColour = (seen: Colour | undefined, wanted: Colour): boolean =>
  seen !== undefined && seen.every((part, index) => Math.abs(part - (wanted[index] ?? 0)) <= TOLERANCE);

/** Columns of a picture, as shares of its width. */
interface Part {
  readonly from: number;
  readonly to: number;
}
const WHOLE: Part = { from: 0, to: 1 };

/** The mean of a picture of red, green, blue, alpha, or of some of its columns. */
export function meanColour(rgba: Uint8Array, width = 1, { from, to }: Part = WHOLE): Colour {
  const sums: [number, number, number] = [0, 0, 0];
  let pixels = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const across = ((at / 4) % width) / width;
    if (across < from || across >= to) continue;
    sums[0] += rgba[at] ?? 0;
    sums[1] += rgba[at + 1] ?? 0;
    sums[2] += rgba[at + 2] ?? 0;
    pixels += 1;
  }
  return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
}

/** One picture that was seen, by its colours: frames without their key may decode, to what nobody sent. */
export interface SeenColour {
  readonly all: Colour;
  readonly left: Colour;
  readonly right: Colour;
}

export interface ShownOptions {
  readonly colour: Colour;
  readonly source?: 'camera' | 'screen';
  /** Sealed in this slot; in the clear when absent. */
  readonly slot?: number;
}

/** A participant's camera or screen of one colour. */
export interface ShownColour extends AsyncDisposable {
  colour: Colour;
  /** `rtc-node` has no way to; its binding does. */
  setMuted(isMuted: boolean): void;
}

export async function showColour(room: Room, { colour, source = 'camera', slot }: ShownOptions): Promise<ShownColour> {
  const self = room.localParticipant;
  if (self === undefined) throw new Error('Nobody is in the room.');
  const frames = new VideoSource(WIDTH, HEIGHT);
  const track = LocalVideoTrack.createVideoTrack(source, frames);
  const options = new TrackPublishOptions({
    source: source === 'camera' ? TrackSource.SOURCE_CAMERA : TrackSource.SOURCE_SCREENSHARE,
    videoCodec: VideoCodec.VP8,
    simulcast: false,
  });
  const { sid } = await self.publishTrack(track, options);
  if (slot !== undefined) useSlot(room, self.identity, sid ?? '', slot);
  const stopping = new AbortController();
  const shown: ShownColour = {
    colour,
    setMuted(isMuted) {
      const value = new LocalTrackMuteRequest({ trackHandle: track.ffi_handle.handle, mute: isMuted });
      livekitFfiRequest(new FfiRequest({ message: { case: 'localTrackMute', value } }).toBinary());
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await playing;
      await frames.close();
    },
  };
  const playing = (async () => {
    const { signal } = stopping;
    for (let turn = 0; !signal.aborted; turn += 1) {
      frames.captureFrame(new VideoFrame(pictureOf(shown.colour, turn), WIDTH, HEIGHT, VideoBufferType.RGBA));
      await systemClock.sleep(FRAME_MS, { signal }).catch(() => undefined);
    }
  })();
  return shown;
}

/** One colour, and a corner that changes, as a camera's noise does: encoders send nothing of a picture that stays the same. */
function pictureOf([red, green, blue]: Colour, turn: number): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let at = 0; at < rgba.length; at += 4) rgba.set([red, green, blue, 255], at);
  for (let row = 0; row < 16; row += 1) rgba.fill(turn % 2 === 0 ? 255 : 0, row * WIDTH * 4, row * WIDTH * 4 + 64);
  return rgba;
}

/** What a participant sees of everybody's pictures. */
export class SeenColours {
  /** By participant, oldest first. */
  readonly seen = new Map<string, SeenColour[]>();

  constructor(room: Room) {
    room.on(RoomEvent.TrackSubscribed, (track, _publication, { identity }) => {
      if (track.kind === TrackKind.KIND_VIDEO) this.#watch(track, identity).catch(() => undefined);
    });
  }

  framesOf(identity: string): number {
    return this.seen.get(identity)?.length ?? 0;
  }

  lastOf(identity: string): Colour | undefined {
    return this.seen.get(identity)?.at(-1)?.all;
  }

  async #watch(track: RemoteTrack, identity: string): Promise<void> {
    const seen = this.seen.get(identity) ?? [];
    this.seen.set(identity, seen);
    for await (const { frame } of new VideoStream(track)) {
      const { data, width } = frame.convert(VideoBufferType.RGBA);
      seen.push({
        all: meanColour(data),
        left: meanColour(data, width, { from: 0, to: 0.5 }),
        right: meanColour(data, width, { from: 0.5, to: 1 }),
      });
    }
  }
}
