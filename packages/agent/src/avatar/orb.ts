import type { Avatar, AvatarFrame, AvatarMoment } from './avatar.ts';

/** Pixels of a side. A soft drawing gains nothing by more, and each costs. */
const SIDE = 256;

/** Steps from the middle to the nearest edge, and around. Half a pixel and a degree and a half: nobody sees them. */
const RADII = 256;
const ANGLES = 256;

/** Loudness at which the orb is at its largest: speech at its loudest. */
const LOUDEST = 0.25;
/** The orb follows a louder voice at once and a softer one slowly, or it would flicker with each syllable. In ms. */
const [RISES_IN_MS, FALLS_IN_MS] = [70, 320];

type Colour = readonly [red: number, green: number, blue: number];
/** From the middle outwards, and behind it; the page's own orb has the same family of colours. */
const COLOURS: Readonly<Record<'middle' | 'body' | 'rim' | 'glow' | 'ground', Colour>> = {
  middle: [236, 233, 255],
  body: [150, 141, 255],
  rim: [79, 70, 229],
  glow: [62, 56, 160],
  ground: [17, 17, 40],
};

/** Where each pixel lies, as steps of radius and angle: laid out once, since it is the same in all pictures. */
interface Layout {
  readonly radii: Uint16Array;
  readonly angles: Uint8Array;
}

let layout: Layout | undefined;
function layOut(): Layout {
  const radii = new Uint16Array(SIDE * SIDE);
  const angles = new Uint8Array(SIDE * SIDE);
  const half = (SIDE - 1) / 2;
  for (let at = 0; at < radii.length; at += 1) {
    const [x, y] = [(at % SIDE) - half, Math.floor(at / SIDE) - half];
    radii[at] = Math.round((Math.hypot(x, y) / half) * RADII);
    angles[at] = Math.floor(((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * ANGLES);
  }
  return { radii, angles };
}

/** Longest radius of a picture, in its corners, with room for how far it is bent. */
const REACH = Math.ceil(RADII * Math.SQRT2) + 96;

/** A calm orb that its voice moves: the picture of an oracle whose author has drawn none. One for each call. */
export function createOrb(): Avatar {
  const colours = new Uint32Array(REACH);
  const bends = new Int16Array(ANGLES);
  let height = 0;
  let before = 0;
  return {
    width: SIDE,
    height: SIDE,
    draw(frame, moment) {
      height = settle(height, Math.min(1, moment.level / LOUDEST), moment.atMs - before);
      before = moment.atMs;
      bend(bends, height, moment);
      colour(colours, height, moment);
      paint(frame, (layout ??= layOut()), bends, colours);
    },
  };
}

function settle(from: number, to: number, afterMs: number): number {
  const share = 1 - Math.exp(-Math.max(0, afterMs) / (to > from ? RISES_IN_MS : FALLS_IN_MS));
  return from + (to - from) * share;
}

/** A bend is meant for this radius, about the rim's, as a power of two. */
const BEND_SHIFT = 7;

/** How far the rim lies from a circle, in steps of radius. While it thinks, two waves run around it. */
function bend(bends: Int16Array, height: number, { activity, atMs }: AvatarMoment): void {
  const seconds = atMs / 1000;
  const thinks = activity === 'thinking' ? 1 : 0;
  for (let angle = 0; angle < ANGLES; angle += 1) {
    const turn = (angle / ANGLES) * 2 * Math.PI;
    bends[angle] = Math.round(
      (2 + 13 * height) * Math.sin(3 * turn + 0.9 * seconds) +
        (1 + 9 * height) * Math.sin(5 * turn - 1.4 * seconds) +
        6 * thinks * Math.sin(2 * turn - 3.2 * seconds),
    );
  }
}

/** The colours by radius: light within, a rim, a glow that fades into the ground. */
function colour(colours: Uint32Array, height: number, { activity, atMs }: AvatarMoment): void {
  const breath = Math.sin(atMs / 1_600);
  const rim = RADII * (0.5 + 0.012 * breath + 0.17 * height);
  const glows = (activity === 'listening' ? 0.42 : 0.6) + 0.3 * height;
  for (let radius = 0; radius < REACH; radius += 1) {
    const within = Math.min(1, radius / rim);
    const body =
      within < 0.55
        ? mix(COLOURS.middle, COLOURS.body, within / 0.55)
        : mix(COLOURS.body, COLOURS.rim, (within - 0.55) / 0.45);
    const glow = glows * Math.exp(-Math.max(0, radius - rim) / (RADII * 0.16));
    const outside = mix(COLOURS.ground, COLOURS.glow, glow);
    // Seven steps wide: some pixels, so that the rim is not jagged where it is bent.
    colours[radius] = packed(mix(body, outside, Math.min(1, Math.max(0, (radius - rim) / 7 + 0.5))));
  }
}

function paint(
  { width, height, rgba }: AvatarFrame,
  { radii, angles }: Layout,
  bends: Int16Array,
  colours: Uint32Array,
): void {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  for (let at = 0; at < pixels.length; at += 1) {
    const radius = radii[at] ?? 0;
    // In proportion, so that nothing is bent in the middle.
    pixels[at] = colours[radius + (((bends[angles[at] ?? 0] ?? 0) * radius) >> BEND_SHIFT)] ?? 0;
  }
}

function mix(one: Colour, other: Colour, share: number): Colour {
  return [
    one[0] + (other[0] - one[0]) * share,
    one[1] + (other[1] - one[1]) * share,
    one[2] + (other[2] - one[2]) * share,
  ];
}

/** Node runs on little-endian machines alone: the lowest byte is the first one, red. */
const packed = ([red, green, blue]: Colour): number =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
