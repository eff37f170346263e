import { useEffect, useRef } from 'react';
import { heightOf, petalsOf, settle, type OrbMood } from './orb-shape.ts';
import { paintOrb } from './orb-painter.ts';
import './orb.css';

export interface Audible {
  level(): number;
}

export interface OracleOrbProps {
  readonly mood: OrbMood;
  /** Whose loudness moves it. */
  readonly oracle: Audible | undefined;
  readonly caller: Audible | undefined;
}

/** Sharper than this nobody sees, and phones pay for it. */
const PIXEL_RATIO_MAX = 2;

/** The oracle as a form that its voice moves. What it shows is said in words beside it, so screen readers pass over it. */
export function OracleOrb({ mood, oracle, caller }: OracleOrbProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useRef({ mood, oracle, caller });
  useEffect(() => {
    shown.current = { mood, oracle, caller };
  });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    return animate(element, () => shown.current);
  }, []);
  return <canvas ref={canvas} className="orb" data-mood={mood} aria-hidden="true" />;
}

/** Draws at each frame, or, for people who asked for stillness, when the mood or the colours change. Returns what ends it. */
function animate(canvas: HTMLCanvasElement, read: () => OracleOrbProps): () => void {
  const stillness = matchMedia('(prefers-reduced-motion: reduce)');
  let [oracleHeight, callerHeight] = [0, 0];
  let [before, begun] = [performance.now(), performance.now()];
  let painted = '';
  let frame = 0;
  const draw = (now: number): void => {
    frame = requestAnimationFrame(draw);
    const { mood, oracle, caller } = read();
    const { color, caretColor } = getComputedStyle(canvas);
    const size = Math.round(canvas.clientWidth * Math.min(PIXEL_RATIO_MAX, devicePixelRatio));
    const isStill = stillness.matches;
    const picture = [mood, color, caretColor, size].join(' ');
    if (isStill && picture === painted) return;
    painted = picture;
    if (canvas.width !== size || canvas.height !== size) [canvas.width, canvas.height] = [size, size];
    oracleHeight = settle(oracleHeight, isStill ? 0 : heightOf(oracle?.level() ?? 0), now - before);
    callerHeight = settle(callerHeight, isStill ? 0 : heightOf(caller?.level() ?? 0), now - before);
    before = now;
    if (isStill) begun = now;
    const petals = petalsOf(mood, (now - begun) / 1_000, oracleHeight, callerHeight);
    paintOrb(canvas, petals, { middle: caretColor, rim: color });
  };
  frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}
