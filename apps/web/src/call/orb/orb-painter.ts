import type { Petal } from './orb-shape.ts';

/** Straight pieces around a circle: enough that none is seen. */
const PIECES = 120;

export interface OrbColours {
  /** Middle and rim of what is filled; lines have the rim's. */
  readonly middle: string;
  readonly rim: string;
}

/** Draws the petals over whatever was there. */
export function paintOrb(canvas: HTMLCanvasElement, petals: readonly Petal[], { middle, rim }: OrbColours): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const half = Math.min(canvas.width, canvas.height) / 2;
  context.clearRect(0, 0, canvas.width, canvas.height);
  const fill = context.createRadialGradient(half * 0.8, half * 0.7, half * 0.05, half, half, half);
  fill.addColorStop(0, middle);
  fill.addColorStop(1, rim);
  context.fillStyle = fill;
  context.strokeStyle = rim;
  // The largest lies at the bottom.
  for (const petal of petals.toReversed()) {
    context.globalAlpha = petal.opacity;
    context.beginPath();
    for (let piece = 0; piece <= PIECES; piece += 1) {
      const angle = (piece / PIECES) * 2 * Math.PI;
      const radius = half * (petal.radius + petal.bend * Math.sin(petal.waves * angle + petal.phase));
      context.lineTo(half + radius * Math.cos(angle), half + radius * Math.sin(angle));
    }
    context.closePath();
    context.lineWidth = petal.width * half;
    if (petal.isFilled) context.fill();
    else context.stroke();
  }
}
