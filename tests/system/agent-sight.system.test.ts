import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullReconnect } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { isColour, meanColour, ORANGE, SeenColours, showColour, TEAL, type Colour } from './agent/peer-pictures.ts';
import { installReceiving, SeatScene, switchSending, TakenSeat } from './agent/seat-scene.ts';
import { createCallerSeat } from '@oracle-calls/node-media/seat';
import type { CallerSeat } from '@oracle-calls/node-media/seat';
import { systemClock } from '@oracle-calls/protocol';

let scene: SeatScene;
const SOON = { timeout: 15_000, interval: 100 };
const [SLOT, BYTE] = [2, 7];

beforeAll(async () => {
  scene = await SeatScene.open();
});

afterAll(() => scene[Symbol.asyncDispose]());

/** A seat, and a user who is admitted to it. */
async function admitted(room: string, url = scene.livekit.url): Promise<TakenSeat<CallerSeat>> {
  const token = await scene.token(room, 'agent');
  const taken = new TakenSeat(createCallerSeat({ url, token, clock: systemClock }));
  await taken.join();
  await expect.poll(() => taken.all('user-here').length, SOON).toBeGreaterThan(0);
  await installReceiving(taken.seat, 'user', SLOT, BYTE);
  taken.seat.admit('user');
  return taken;
}

const keyed = { keys: [['user', SLOT, BYTE]] } as const;

async function lookAt(taken: TakenSeat<CallerSeat>, identity = 'user'): Promise<Colour | undefined> {
  const picture = await taken.seat.look(identity);
  return picture && meanColour(picture.rgba);
}

/** A look that sees something: right after publishing, the SFU may still be about to tell. */
async function firstLook(taken: TakenSeat<CallerSeat>): Promise<Colour | undefined> {
  let seen: Colour | undefined;
  await expect.poll(async () => (seen = await lookAt(taken)) !== undefined, SOON).toBe(true);
  return seen;
}

describe('what the agent sees', () => {
  it('is what the user shows at the moment of each look, and nothing flows in between', async () => {
    await using user = await scene.peer('eyes', 'user', keyed);
    await using camera = await showColour(user.room, { colour: ORANGE, slot: SLOT });
    await using taken = await admitted('eyes');
    expect(isColour(await firstLook(taken), ORANGE)).toBe(true);
    camera.colour = TEAL;
    await expect.poll(async () => isColour(await lookAt(taken), TEAL), SOON).toBe(true);
    const received = (await taken.seat.sampleEvidence()).filter(({ kind }) => kind === 'video');
    expect(received).toMatchObject([
      { direction: 'received', isMarkedEncrypted: true, hasCryptor: true, isKeySet: true, isRoomEncrypted: true },
    ]);
    expect(received[0]?.openedSamples).toBeGreaterThan(0);
    const track = [...(user.room.localParticipant?.trackPublications.values() ?? [])][0]?.sid;
    expect(received[0]?.trackSid).toBe(track);
    // Of the statistics of now, unlike the evidence that is kept, nothing is left.
    expect((await taken.seat.sampleTracks()).map(({ direction, kind }) => `${direction} ${kind}`)).toEqual([
      'sent audio',
    ]);
    expect(taken.all('refused')).toMatchObject([{ reason: 'not-audio' }]);
  });

  it('is the screen, where one is shared', async () => {
    await using user = await scene.peer('screen', 'user', keyed);
    await using _camera = await showColour(user.room, { colour: ORANGE, slot: SLOT });
    await using screen = await showColour(user.room, { colour: TEAL, slot: SLOT, source: 'screen' });
    await using taken = await admitted('screen');
    await expect.poll(async () => (await taken.seat.look('user'))?.source, SOON).toBe('screen');
    expect(isColour(await lookAt(taken), TEAL)).toBe(true);
    screen.setMuted(true);
    await expect.poll(async () => isColour(await lookAt(taken), ORANGE), SOON).toBe(true);
  });

  it('is nothing while the camera is muted', async () => {
    await using user = await scene.peer('muted', 'user', keyed);
    await using camera = await showColour(user.room, { colour: ORANGE, slot: SLOT });
    await using taken = await admitted('muted');
    await firstLook(taken);
    camera.setMuted(true);
    await expect.poll(() => lookAt(taken), SOON).toBeUndefined();
    camera.setMuted(false);
    expect(isColour(await firstLook(taken), ORANGE)).toBe(true);
  });

  it('is nothing of whom nobody has admitted', async () => {
    await using stranger = await scene.peer('stranger', 'stranger', { keys: [['stranger', SLOT, BYTE]] });
    await using _theirs = await showColour(stranger.room, { colour: ORANGE, slot: SLOT });
    await using user = await scene.peer('stranger', 'user', keyed);
    await using _own = await showColour(user.room, { colour: TEAL, slot: SLOT });
    await using taken = await admitted('stranger');
    await installReceiving(taken.seat, 'stranger', SLOT, BYTE);
    expect(isColour(await firstLook(taken), TEAL)).toBe(true);
    expect(await taken.seat.look('stranger')).toBeUndefined();
  });

  it('is nothing under another key, and the evidence says that nothing was opened', async () => {
    await using user = await scene.peer('key', 'user', { keys: [['user', SLOT, BYTE + 1]] });
    await using _camera = await showColour(user.room, { colour: ORANGE, slot: SLOT });
    await using taken = await admitted('key');
    await expect.poll(() => taken.all('refused').length, SOON).toBe(1);
    expect(await taken.seat.look('user')).toBeUndefined();
    const video = (await taken.seat.sampleEvidence()).find(({ kind }) => kind === 'video');
    expect(video).toMatchObject({ direction: 'received', openedSamples: 0 });
    expect(video?.packets).toBeGreaterThan(0);
  });

  it('is nothing in the clear, whoever says that it is encrypted', async () => {
    await using user = await scene.peer('clear', 'user', { isPlaintext: true });
    await using _camera = await showColour(user.room, { colour: ORANGE });
    await using control = await scene.peer('clear', 'control', { isPlaintext: true });
    const seen = new SeenColours(control.room);
    await using taken = await admitted('clear');
    await using _again = await showColour(user.room, { colour: ORANGE, source: 'screen' });
    await expect.poll(() => isColour(seen.lastOf('user'), ORANGE), SOON).toBe(true);
    for (let turn = 0; turn < 3; turn += 1) expect(await taken.seat.look('user')).toBeUndefined();
  });

  it('is there again after the connection was lost, and judged anew', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    await using user = await scene.peer('again', 'user', keyed);
    await using _camera = await showColour(user.room, { colour: ORANGE, slot: SLOT });
    await using taken = await admitted('again', sfu.url);
    await firstLook(taken);
    sfu.last.say(fullReconnect());
    await expect.poll(() => taken.all('reconnected').length, SOON).toBe(1);
    expect(isColour(await firstLook(taken), ORANGE)).toBe(true);
    expect(taken.all('broken')).toEqual([]);
  });
});

describe('the picture of the agent', () => {
  const [WIDTH, HEIGHT] = [128, 128];
  const SENDING = [5, 1] as const;
  const picture = ([red, green, blue]: Colour): Uint8Array<ArrayBuffer> => {
    const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
    for (let at = 0; at < rgba.length; at += 4) rgba.set([red, green, blue, 255], at);
    return rgba;
  };

  it('is seen by who has its key, by nobody else, by nobody before there is one, and not while the voice is muted', async () => {
    const room = 'picture';
    await using taken = await scene.seat(room);
    await taken.join();
    await using user = await scene.peer(room, 'user', { keys: [['agent', ...SENDING]] });
    await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
    const [seen, spied] = [new SeenColours(user.room), new SeenColours(keyless.room)];
    const shown = await taken.seat.showPicture({ width: WIDTH, height: HEIGHT });
    let colour = ORANGE;
    using _drawing = drawing(() => shown.show(picture(colour)));
    await expect.poll(() => seen.seen.has('agent') && spied.seen.has('agent'), SOON).toBe(true);
    expect(shown.isShown).toBe(false);
    expect(seen.framesOf('agent')).toBe(0);

    await switchSending(taken.seat, ...SENDING);
    await expect.poll(() => isColour(seen.lastOf('agent'), ORANGE), SOON).toBe(true);
    const video = (await taken.seat.sampleEvidence()).find(({ kind }) => kind === 'video');
    expect(video).toMatchObject({ direction: 'sent', isMarkedEncrypted: true, hasCryptor: true, isKeySet: true });
    expect(video?.packets).toBeGreaterThan(0);

    taken.seat.speaker.setMuted(true);
    expect(shown.isShown).toBe(false);
    colour = TEAL;
    const frozenAt = seen.framesOf('agent');
    taken.seat.speaker.setMuted(false);
    await expect.poll(() => isColour(seen.lastOf('agent'), TEAL), SOON).toBe(true);
    expect(seen.framesOf('agent')).toBeGreaterThan(frozenAt);
    // Frames without their key decode to what nobody sent, if at all.
    expect(spied.seen.get('agent')?.filter(({ all }) => isColour(all, ORANGE) || isColour(all, TEAL))).toEqual([]);
  });

  it('is seen again after everything was lost, and under the next key', async () => {
    const room = 'picture again';
    await using sfu = await startLyingSfu(scene.livekit.url);
    await using taken = await scene.seat(room, sfu.url);
    await taken.join();
    await using user = await scene.peer(room, 'user', { keys: [['agent', ...SENDING]] });
    const seen = new SeenColours(user.room);
    await switchSending(taken.seat, ...SENDING);
    const shown = await taken.seat.showPicture({ width: WIDTH, height: HEIGHT });
    let colour = ORANGE;
    using _drawing = drawing(() => shown.show(picture(colour)));
    await expect.poll(() => isColour(seen.lastOf('agent'), ORANGE), SOON).toBe(true);
    sfu.last.say(fullReconnect());
    await expect.poll(() => taken.all('reconnected').length, SOON).toBe(1);
    colour = TEAL;
    await expect.poll(() => isColour(seen.lastOf('agent'), TEAL), SOON).toBe(true);

    user.setKey('agent', 6, 3);
    await switchSending(taken.seat, 6, 3);
    colour = ORANGE;
    await expect.poll(() => isColour(seen.lastOf('agent'), ORANGE), SOON).toBe(true);
    expect(taken.all('broken')).toEqual([]);
  });
});

/** Draws until disposed. */
function drawing(draw: () => void): Disposable {
  let timer: Disposable;
  const next = (): void => {
    draw();
    timer = systemClock.after(66, next);
  };
  next();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
