import type { SeenPicture } from '@oracle-calls/node-media/seat';
import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { CallEyes, STILL_FRESH_MS } from './call-eyes.ts';
import type { Still } from './still.ts';
import { withStill } from './with-still.ts';

const PICTURE: SeenPicture = { source: 'camera', width: 2, height: 1, rgba: new Uint8Array(8), rotation: 0 };
const stillOf = (number: number): Still => ({ jpeg: Uint8Array.of(number), width: 2, height: 1, source: 'camera' });

function scene(look: () => Promise<SeenPicture | undefined> = () => Promise.resolve(PICTURE)) {
  const clock = new FakeClock();
  const logged: string[] = [];
  let encoded = 0;
  const note = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const eyes = new CallEyes({
    look,
    clock,
    log: { ...silentLogger, info: note, warn: note },
    encode: () => Promise.resolve(stillOf((encoded += 1))),
  });
  return { clock, eyes, logged };
}

describe('the eyes of a call', () => {
  it('take one picture for all who ask within a moment, and then another', async () => {
    const { clock, eyes } = scene();
    expect(await Promise.all([eyes.look(), eyes.look()])).toEqual([stillOf(1), stillOf(1)]);
    await clock.advance(STILL_FRESH_MS - 1);
    expect(await eyes.look()).toEqual(stillOf(1));
    await clock.advance(1);
    expect(await eyes.look()).toEqual(stillOf(2));
  });

  it('see nothing where nothing is shown, or where it cannot be had, and tell no more of it than its size', async () => {
    const { eyes, logged } = scene(() => Promise.resolve(undefined));
    expect(await eyes.look()).toBeUndefined();
    const failing = scene(() => Promise.reject(new Error('gone')));
    expect(await failing.eyes.look()).toBeUndefined();
    const seeing = scene();
    await seeing.eyes.look();
    expect([...logged, ...failing.logged, ...seeing.logged]).toEqual([
      'nothing is shown {}',
      'a picture could not be taken {"code":"ERR_INTERNAL"}',
      'looked at what the user shows {"source":"camera","width":2,"height":1,"bytes":1}',
    ]);
  });

  it('keep nobody waiting who has given up', async () => {
    const { eyes } = scene(() => new Promise(() => undefined));
    const reason = new Error('enough');
    const controller = new AbortController();
    const looking = eyes.look({ signal: controller.signal });
    controller.abort(reason);
    await expect(looking).rejects.toBe(reason);
  });
});

describe('a still beside the turns', () => {
  const turns = [
    { speaker: 'user', text: 'Hello.' },
    { speaker: 'oracle', text: 'Hello.' },
    { speaker: 'user', text: 'What is this?' },
  ] as const;
  const { eyes } = scene();

  it('goes with the last of the user’s, for a brain that wants it', async () => {
    expect(await withStill(turns, { wantsStills: true }, { eyes })).toEqual([
      turns[0],
      turns[1],
      { ...turns[2], still: stillOf(1) },
    ]);
  });

  it('is not taken for a brain that does not, or in a call without eyes', async () => {
    const blind = { look: () => Promise.reject(new Error('somebody looked')) };
    expect(await withStill(turns, {}, { eyes: blind })).toBe(turns);
    expect(await withStill(turns, { wantsStills: true }, {})).toBe(turns);
    expect(await withStill([], { wantsStills: true }, { eyes: blind })).toEqual([]);
  });
});
