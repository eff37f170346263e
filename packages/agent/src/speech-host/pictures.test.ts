import { systemClock } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import type { CallContext } from '../brain/brain.ts';
import type { Still } from '../sight/still.ts';
import { openRemoteAvatar, openRemoteEngines } from './remote-engines.ts';
import type { SpeechParts } from './speech-server.ts';
import { HostScene } from './speech-host.fixture.ts';

const STILL: Still = { jpeg: Uint8Array.of(1, 2, 3), width: 4, height: 3, source: 'screen' };
const turn = { speaker: 'user', text: 'What is this?' } as const;
const { signal } = new AbortController();

/** A host whose brain says what it sees. */
async function scene(parts: Partial<SpeechParts> = {}): Promise<HostScene> {
  const made = await HostScene.open();
  const described = (still: Still | undefined): string =>
    still === undefined ? 'nothing' : `${still.source} ${still.jpeg.join(' ')}`;
  const brain: SpeechParts['brain'] = {
    ...made.scripted.parts.brain,
    wantsStills: true,
    async *answer(turns, { eyes }) {
      yield `${described(turns.at(-1)?.still)}; `;
      yield eyes === undefined ? 'no eyes' : described(await eyes.look());
    },
  };
  await made.lose();
  await made.start(Promise.resolve({ ...made.scripted.parts, brain, ...parts }));
  return made;
}

async function ask(at: HostScene, context: Partial<CallContext>, still?: Still): Promise<string> {
  const { brain } = await openRemoteEngines(at.client(systemClock));
  let text = '';
  const turns = [{ ...turn, ...(still && { still }) }];
  for await (const piece of brain.answer(turns, { sessionId: 's', ...context })) text += piece;
  return text;
}

describe('a brain in the speech host', () => {
  it('gets the still of a turn, and looks through its job', async () => {
    await using at = await scene();
    const eyes = { look: () => Promise.resolve({ ...STILL, jpeg: Uint8Array.of(9) }) };
    expect(await ask(at, { eyes }, STILL)).toBe('screen 1 2 3; screen 9');
    expect(await ask(at, { eyes: { look: () => Promise.resolve(undefined) } })).toBe('nothing; nothing');
    expect(await ask(at, { eyes: { look: () => Promise.reject(new Error('gone')) } })).toBe('nothing; nothing');
  });

  it('has no eyes where its job has none', async () => {
    await using at = await scene();
    expect(await ask(at, {})).toBe('nothing; no eyes');
  });

  it('tells its job that it wants stills', async () => {
    await using at = await scene();
    expect((await openRemoteEngines(at.client(systemClock))).brain.wantsStills).toBe(true);
  });
});

describe('the avatar of an oracle', () => {
  it('is the orb of the job where its author has drawn none', async () => {
    await using at = await scene();
    expect(await openRemoteAvatar(at.client(systemClock), signal)).toMatchObject({ width: 256, height: 256 });
  });

  it('is nothing where there is to be none', async () => {
    await using at = await scene({ avatar: 'none' });
    expect(await openRemoteAvatar(at.client(systemClock), signal)).toBeUndefined();
  });

  it('of an author is drawn in the host', async () => {
    await using at = await scene({
      avatar: {
        width: 2,
        height: 1,
        draw: ({ rgba }, { level, activity, atMs }) => rgba.set([level * 100, activity.length, atMs, 255], 4),
      },
    });
    const avatar = await openRemoteAvatar(at.client(systemClock), signal);
    const rgba = new Uint8ClampedArray(8);
    await avatar?.draw({ width: 2, height: 1, rgba }, { level: 0.5, activity: 'thinking', atMs: 66 });
    expect([...rgba]).toEqual([0, 0, 0, 0, 50, 8, 66, 255]);
  });

  it('that breaks breaks the picture, and no more', async () => {
    const draw = (): Promise<void> => Promise.reject(new Error('no ink'));
    await using at = await scene({ avatar: { width: 2, height: 1, draw } });
    const avatar = await openRemoteAvatar(at.client(systemClock), signal);
    const drawn = avatar?.draw(
      { width: 2, height: 1, rgba: new Uint8ClampedArray(8) },
      { level: 0, activity: 'listening', atMs: 0 },
    );
    await expect(drawn).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    expect(await ask(at, {})).toBe('nothing; no eyes');
  });
});
