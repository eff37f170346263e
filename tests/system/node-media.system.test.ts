import { Encryption_Type } from '@livekit/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullReconnect, lastNewsOf, participantNews } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { SeatScene } from './agent/seat-scene.ts';
import { CALLER, NodeCaller } from './cli-call/node-caller.ts';

let scene: SeatScene;
/** Share of a second. */
const [HEARD, UNHEARD] = [0.9, 0.05];
const SOON = { timeout: 15_000, interval: 100 };

beforeAll(async () => {
  scene = await SeatScene.open();
});

afterAll(() => scene[Symbol.asyncDispose]());

describe('what a caller in Node says', () => {
  it('is nothing before there is a key, and sealed from then on', async () => {
    const room = 'sealed';
    await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
    await using oracle = await scene.peer(room, 'oracle', { keys: [[CALLER, 5, 1]] });
    await using caller = await NodeCaller.join(scene, room);
    await expect.poll(() => caller.notices.filter(({ kind }) => kind === 'participantJoined').length, SOON).toBe(2);
    expect(oracle.noiseMs(CALLER)).toBe(0);

    await caller.switchSending(5, 1);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBeGreaterThan(HEARD);
    // The positive control hears a tone; whoever has no key gets packets, and they are noise.
    await expect.poll(() => keyless.noiseMs(CALLER), SOON).toBeGreaterThan(500);
    expect(keyless.leakedMs(CALLER)).toBe(0);
    expect(caller.notices).toContainEqual({ kind: 'sendingGuarded', isReady: true });
    const [sent] = await caller.connection.statistics();
    expect(sent).toMatchObject({ direction: 'sent', participantIdentity: CALLER, isEncrypted: true });

    await caller.setMuted(true);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBe(0);
    await caller.setMuted(false);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBeGreaterThan(HEARD);
  });

  it('stays sealed when the SFU answers that the track is not encrypted', async () => {
    const room = 'denied';
    await using sfu = await startLyingSfu(scene.livekit.url);
    sfu.respond = ({ message }) => {
      if (message.case === 'trackPublished' && message.value.track) {
        message.value.track.encryption = Encryption_Type.NONE;
      }
      return 'forward';
    };
    await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
    await using oracle = await scene.peer(room, 'oracle', { keys: [[CALLER, 5, 1]] });
    await using caller = await NodeCaller.join(scene, room, sfu.url);
    await caller.switchSending(5, 1);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBeGreaterThan(HEARD);
    await expect.poll(() => keyless.heardMs(CALLER), SOON).toBeGreaterThan(1_000);
    expect(keyless.leakedMs(CALLER)).toBe(0);
  });

  it('is heard again after the connection was lost, never in the clear', async () => {
    const room = 'mended';
    await using sfu = await startLyingSfu(scene.livekit.url);
    await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
    await using oracle = await scene.peer(room, 'oracle', { keys: [[CALLER, 5, 1]] });
    await using caller = await NodeCaller.join(scene, room, sfu.url);
    await caller.switchSending(5, 1);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBeGreaterThan(HEARD);
    sfu.last.say(fullReconnect());
    await expect.poll(() => caller.notices.at(-1)?.kind, SOON).toBe('reconnected');
    oracle.forget(CALLER);
    await expect.poll(() => oracle.hears(CALLER), SOON).toBeGreaterThan(HEARD);
    expect(keyless.leakedMs(CALLER)).toBe(0);
  });
});

describe('whom a caller in Node hears', () => {
  it('is who was admitted, with its key, until it is refused', async () => {
    const room = 'ears';
    await using _oracle = await scene.peer(room, 'oracle', { keys: [['oracle', 2, 7]], hums: { slot: 2 } });
    await using _stranger = await scene.peer(room, 'stranger', { isPlaintext: true, hums: { slot: 0 } });
    await using caller = await NodeCaller.join(scene, room);
    await caller.installReceiving('oracle', 2, 7);
    caller.connection.admit('oracle');
    await expect.poll(() => caller.hears('oracle'), SOON).toBeGreaterThan(HEARD);
    expect([...caller.heard.keys()]).toEqual(['oracle']);
    const received = (await caller.connection.statistics()).find(({ direction }) => direction === 'received');
    expect(received).toMatchObject({ participantIdentity: 'oracle', isEncrypted: true });
    expect(received?.cryptedFrames).toBeGreaterThan(10);

    caller.connection.refuse('oracle');
    const until = caller.heard.get('oracle')?.length;
    await expect.poll(() => caller.notices.at(-1)?.kind, SOON).toBe('trackGone');
    expect(caller.heard.get('oracle')?.length).toBe(until);
    caller.connection.admit('oracle');
    await expect.poll(() => caller.heard.get('oracle')?.length, SOON).toBeGreaterThan((until ?? 0) + 100);
    expect(caller.hears('oracle')).toBeGreaterThan(HEARD);
  });

  it('is nobody in the clear, even under an admitted name', async () => {
    const room = 'clear';
    await using control = await scene.peer(room, 'control', { isPlaintext: true });
    await using _forger = await scene.peer(room, 'oracle', { isPlaintext: true, hums: { slot: 0 } });
    await expect.poll(() => control.hears('oracle'), SOON).toBeGreaterThan(HEARD);
    await using caller = await NodeCaller.join(scene, room);
    await caller.installReceiving('oracle', 2, 7);
    caller.connection.admit('oracle');
    await expect.poll(() => caller.notices.some(({ kind }) => kind === 'undecryptable'), SOON).toBe(true);
    expect(caller.hears('oracle')).toBeLessThan(UNHEARD);
    const received = (await caller.connection.statistics()).find(({ direction }) => direction === 'received');
    expect(received?.packets).toBeGreaterThan(50);
    expect(received).toMatchObject({ isEncrypted: false, cryptedFrames: 0 });
  });

  it('is not an SFU that names a trailer of frames to play undecrypted', async () => {
    const room = 'trailer';
    await using sfu = await startLyingSfu(scene.livekit.url);
    // What every frame sealed in slot 2 ends in: the length of its nonce, and the slot.
    sfu.respond = ({ message }) => {
      if (message.case === 'join') message.value.sifTrailer = Uint8Array.of(12, 2);
      return 'forward';
    };
    await using _oracle = await scene.peer(room, 'oracle', { keys: [['oracle', 2, 7]], hums: { slot: 2 } });
    await using caller = await NodeCaller.join(scene, room, sfu.url);
    await caller.installReceiving('oracle', 2, 9);
    caller.connection.admit('oracle');
    await expect.poll(() => caller.notices.some(({ kind }) => kind === 'undecryptable'), SOON).toBe(true);
    expect((caller.heard.get('oracle') ?? []).filter(({ loudness }) => loudness > 0.01)).toEqual([]);
    // With the key it does hear: the guard does not silence.
    await caller.installReceiving('oracle', 2, 7);
    await expect.poll(() => caller.hears('oracle'), SOON).toBeGreaterThan(HEARD);
  });
});

it('a caller in Node leaves an SFU that renames it, and says why', async () => {
  await using sfu = await startLyingSfu(scene.livekit.url);
  await using caller = await NodeCaller.join(scene, 'renamed', sfu.url);
  const news = lastNewsOf(sfu.last, CALLER);
  if (news === undefined) throw new Error('The server said nothing about the caller.');
  news.identity = 'nobody';
  sfu.last.say(participantNews(news));
  await expect
    .poll(() => caller.notices.at(-1), SOON)
    .toMatchObject({ kind: 'disconnected', cause: 'lost', error: { code: 'ERR_MEDIA_IDENTITY' } });
});
