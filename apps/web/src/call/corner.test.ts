import { expect, test } from 'vitest';
import { cornerAt, movedBy, nextCorner, type Corner } from './corner.ts';

const stage = { width: 100, height: 100 };

test('what is let go falls into the nearest corner, in either direction of writing', () => {
  expect(cornerAt({ x: 90, y: 10 }, stage, false)).toEqual({ block: 'start', inline: 'end' });
  expect(cornerAt({ x: 90, y: 90 }, stage, true)).toEqual({ block: 'end', inline: 'start' });
  expect(cornerAt({ x: 10, y: 90 }, stage, false)).toEqual({ block: 'end', inline: 'start' });
});

test('arrow keys move where they point, in either direction of writing', () => {
  const corner = { block: 'start', inline: 'end' } as const;
  expect(movedBy('ArrowLeft', corner, false)).toEqual({ block: 'start', inline: 'start' });
  expect(movedBy('ArrowLeft', corner, true)).toEqual({ block: 'start', inline: 'end' });
  expect(movedBy('ArrowRight', corner, true)).toEqual({ block: 'start', inline: 'start' });
  expect(movedBy('ArrowDown', corner, false)).toEqual({ block: 'end', inline: 'end' });
  expect(movedBy('Tab', corner, false)).toBeUndefined();
});

test('presses lead through all four corners and back', () => {
  const begun: Corner = { block: 'start', inline: 'end' };
  const seen = [begun];
  for (let press = 0; press < 3; press += 1) seen.push(nextCorner(seen.at(-1) ?? begun));
  expect(new Set(seen.map((corner) => JSON.stringify(corner))).size).toBe(4);
  expect(nextCorner(seen[3] ?? begun)).toEqual(begun);
});
