/** Where the own picture lies on the stage. `start` and `end` follow the direction of writing. */
export interface Corner {
  readonly block: 'start' | 'end';
  readonly inline: 'start' | 'end';
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The corner nearest to a point of a stage. */
export function cornerAt(
  point: Point,
  stage: { readonly width: number; readonly height: number },
  isRightToLeft: boolean,
): Corner {
  const isRight = point.x > stage.width / 2;
  return {
    block: point.y > stage.height / 2 ? 'end' : 'start',
    inline: isRight === isRightToLeft ? 'start' : 'end',
  };
}

/** The next corner, clockwise where writing runs from left to right: for whoever cannot pull. */
export function nextCorner({ block, inline }: Corner): Corner {
  if (block === 'start') return inline === 'start' ? { block, inline: 'end' } : { block: 'end', inline };
  return inline === 'end' ? { block, inline: 'start' } : { block: 'start', inline };
}

/** Where an arrow key moves it; `undefined` for other keys. */
export function movedBy(key: string, corner: Corner, isRightToLeft: boolean): Corner | undefined {
  switch (key) {
    case 'ArrowUp':
      return { ...corner, block: 'start' };
    case 'ArrowDown':
      return { ...corner, block: 'end' };
    case 'ArrowLeft':
      return { ...corner, inline: isRightToLeft ? 'end' : 'start' };
    case 'ArrowRight':
      return { ...corner, inline: isRightToLeft ? 'start' : 'end' };
    default:
      return undefined;
  }
}
