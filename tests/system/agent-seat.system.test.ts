import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeat } from '@oracle-calls/node-media/seat';
import { fullReconnect } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { installReceiving, SeatScene, switchSending } from './agent/seat-scene.ts';

let scene: SeatScene;
/** Share of a second. */
const [HEARD, UNHEARD] = [0.9, 0.05];
/** Root mean square below which there is no sound; that of the hum is 0.1. */
const SILENT = 0.005;
/** LiveKit's RPC error of that meaning. */
const UNSUPPORTED_METHOD = 1400;
const SOON = { timeout: 15_000, interval: 100 };

beforeAll(async () => {
  scene = await SeatScene.open();
});

afterAll(() => scene[Symbol.asyncDispose]());

describe('the voice of the agent', () => {
  it('is heard by who has its key in its slot, and by nobody else', async () => {
    const room = 'voice';
    await using taken = await scene.seat(room);
    await taken.join();
    await using user = await scene.peer(room, 'user', { keys: [['agent', 5, 1]] });
    await using otherSlot = await scene.peer(room, 'otherSlot', { keys: [['agent', 4, 1]] });
    await using otherKey = await scene.peer(room, 'otherKey', { keys: [['agent', 5, 2]] });
    await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
    await expect.poll(() => taken.all('user-here').length, SOON).toBe(4);
    expect(user.hears('agent')).toBe(0);

    await switchSending(taken.seat, 5, 1);
    await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
    for (const other of [otherSlot, otherKey, keyless]) expect(other.hears('agent')).toBeLessThan(UNHEARD);
    expect(taken.all('voice-subscribed').length).toBe(1);
    const [track] = await taken.seat.sampleEvidence();
    expect(track).toMatchObject({ direction: 'sent', isMarkedEncrypted: true, hasCryptor: true, isKeySet: true });
  });

  it('changes its slot without a gap, and falls silent when the slot in use is retired', async () => {
    const room = 'slots';
    await using taken = await scene.seat(room);
    await taken.join();
    await using user = await scene.peer(room, 'user', { keys: [['agent', 5, 1]] });
    await switchSending(taken.seat, 5, 1);
    await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
    user.setKey('agent', 6, 2);
    await switchSending(taken.seat, 6, 2);
    await taken.seat.frameKeys.retire(5);
    // Whoever still has only the key of before hears nothing any more.
    user.setKey('agent', 5, 3);
    const before = user.heardMs('agent');
    await expect.poll(() => user.heardMs('agent'), SOON).toBeGreaterThan(before + 1_500);
    expect(user.hears('agent')).toBeGreaterThan(HEARD);
    expect(user.longestGapMs('agent')).toBeLessThanOrEqual(60);

    await taken.seat.frameKeys.retire(6);
    await expect.poll(() => user.hears('agent'), SOON).toBeLessThan(UNHEARD);
    const [resting] = await taken.seat.sampleEvidence();
    expect(resting).toMatchObject({ direction: 'sent', hasCryptor: true, isKeySet: true, isResting: true });
    // The next attempt starts over.
    await switchSending(taken.seat, 5, 3);
    await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
  });

  it.each(['signalling alone', 'everything'])(
    'is heard again after %s was lost, and never without its cryptor',
    async (lost) => {
      const room = `reconnect ${lost}`;
      await using sfu = await startLyingSfu(scene.livekit.url);
      await using taken = await scene.seat(room, sfu.url);
      await taken.join();
      await using user = await scene.peer(room, 'user', { keys: [['agent', 5, 1]] });
      await switchSending(taken.seat, 5, 1);
      await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
      await using keyless = await scene.peer(room, 'keyless', { isPlaintext: true });
      await expect.poll(() => keyless.noiseMs('agent'), SOON).toBeGreaterThan(500);
      if (lost === 'everything') sfu.last.say(fullReconnect());
      else sfu.last.cut();
      await expect.poll(() => taken.all('reconnected').length, SOON).toBe(1);
      expect(taken.all('reconnecting').length).toBe(1);
      user.forget('agent');
      await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
      const [track] = await taken.seat.sampleEvidence();
      expect(track).toMatchObject({ direction: 'sent', hasCryptor: true });
      expect(taken.all('broken')).toEqual([]);
      // Before, in between and after, its packets were nothing to whoever has no key.
      expect(keyless.leakedMs('agent')).toBe(0);
    },
  );
});

describe('who is heard by the agent', () => {
  it('is the admitted participant, with its key, until the slot is retired', async () => {
    const room = 'ears';
    await using user = await scene.peer(room, 'user', { keys: [['user', 2, 7]], hums: { slot: 2 } });
    await using stranger = await scene.peer(room, 'stranger', { keys: [['stranger', 2, 7]], hums: { slot: 2 } });
    await using taken = await scene.seat(room);
    await taken.join();
    expect(
      taken
        .all('user-here')
        .map((one) => one.participantIdentity)
        .toSorted(),
    ).toEqual(['stranger', 'user']);
    await installReceiving(taken.seat, 'user', 2, 7);
    await installReceiving(taken.seat, 'stranger', 2, 7);
    expect(taken.all('refused')).toEqual([]);

    taken.seat.admit('user');
    await expect.poll(() => taken.hears('user'), SOON).toBeGreaterThan(HEARD);
    expect(taken.all('refused')).toEqual([{ kind: 'refused', participantIdentity: 'stranger', reason: 'stranger' }]);
    expect([...taken.heard.keys()]).toEqual(['user']);
    const received = (await taken.seat.sampleEvidence()).find(({ direction }) => direction === 'received');
    expect(received).toMatchObject({ hasCryptor: true, isKeySet: true, isMarkedEncrypted: true });

    await taken.seat.frameKeys.retire(2);
    await expect.poll(() => taken.hears('user'), SOON).toBeLessThan(UNHEARD);
    const resting = (await taken.seat.sampleEvidence()).find(({ direction }) => direction === 'received');
    expect(resting).toMatchObject({ hasCryptor: true, isKeySet: true, isResting: true });
    await stranger[Symbol.asyncDispose]();
    await user[Symbol.asyncDispose]();
    await expect
      .poll(
        () =>
          taken
            .all('user-gone')
            .map((one) => one.participantIdentity)
            .toSorted(),
        SOON,
      )
      .toEqual(['stranger', 'user']);
  });

  it('is nobody without the right key, and the agent says so', async () => {
    const room = 'deaf';
    await using _user = await scene.peer(room, 'user', { keys: [['user', 2, 7]], hums: { slot: 2 } });
    await using taken = await scene.seat(room);
    await taken.join();
    await installReceiving(taken.seat, 'user', 2, 8);
    taken.seat.admit('user');
    await expect.poll(() => taken.all('undecryptable').length, SOON).toBe(1);
    expect(taken.all('undecryptable')[0]).toMatchObject({
      participantIdentity: 'user',
      error: { code: 'ERR_MEDIA_UNDECRYPTABLE', details: { participantIdentity: 'user' } },
    });
    expect(taken.hears('user')).toBeLessThan(UNHEARD);
    await installReceiving(taken.seat, 'user', 2, 7);
    await expect.poll(() => taken.hears('user'), SOON).toBeGreaterThan(HEARD);
  });

  it('is nobody in the clear', async () => {
    const room = 'plain';
    await using _user = await scene.peer(room, 'user', { isPlaintext: true, hums: { slot: 0 } });
    await using control = await scene.peer(room, 'control', { isPlaintext: true });
    await using taken = await scene.seat(room);
    await taken.join();
    await installReceiving(taken.seat, 'user', 0, 7);
    taken.seat.admit('user');
    await expect.poll(() => control.hears('user'), SOON).toBeGreaterThan(HEARD);
    await expect.poll(() => taken.all('undecryptable').length, SOON).toBe(1);
    expect(taken.hears('user')).toBeLessThan(UNHEARD);
  });

  // Without the gate of the ears about one admission in six lets a fifth of a second through.
  it.each([1, 2, 3, 4, 5, 6])('is nobody in the clear in the first moments either (%i)', async (turn) => {
    const room = `plain at first ${turn}`;
    await using _user = await scene.peer(room, 'user', { isPlaintext: true, hums: { slot: 0 } });
    await using taken = await scene.seat(room);
    await taken.join();
    await installReceiving(taken.seat, 'user', 0, 7);
    taken.seat.admit('user');
    await expect.poll(() => taken.heard.get('user')?.length ?? 0, SOON).toBeGreaterThan(100);
    const loudest = Math.max(...(taken.heard.get('user') ?? []).map(({ loudness }) => loudness));
    expect(loudest).toBeLessThan(SILENT);
  });
});

describe('data', () => {
  it('goes both ways on the one topic, to one participant; everything else is dropped and counted', async () => {
    const room = 'data';
    await using taken = await scene.seat(room);
    await taken.join();
    await using user = await scene.peer(room, 'user');
    await using other = await scene.peer(room, 'other');
    await expect.poll(() => taken.all('user-here').length, SOON).toBe(2);
    const frame = Uint8Array.from({ length: 1_500 }, (_, i) => i % 251);
    await taken.seat.sendFrame(frame, 'user');
    await expect.poll(() => user.data.length, SOON).toBe(1);
    expect(user.data).toEqual([{ topic: FRAME_TOPIC, from: 'agent', bytes: frame }]);

    const self = user.room.localParticipant;
    if (self === undefined) throw new Error('The user is not in the room.');
    const send = (topic: string, reliable: boolean): Promise<void> =>
      self.publishData(frame, { topic, reliable, destination_identities: ['agent'] });
    await send('lk.chat', true);
    await send(FRAME_TOPIC, false);
    await self.sendText('hello', { topic: 'lk.transcription', destinationIdentities: ['agent'] });
    // The library answers this itself: it says that there is no such method, and nothing else.
    const call = { destinationIdentity: 'agent', method: 'any', payload: '' };
    await expect(self.performRpc(call)).rejects.toMatchObject({ code: UNSUPPORTED_METHOD, data: '' });
    await send(FRAME_TOPIC, true);
    await expect.poll(() => taken.all('frame').length, SOON).toBe(1);
    expect(taken.all('frame')).toEqual([{ kind: 'frame', participantIdentity: 'user', frame }]);
    await expect.poll(() => taken.seat.dropped, SOON).toMatchObject({ 'other-topic': 2, stream: 1 });
    expect(other.data).toEqual([]);
  });
});

describe('a call of the older protocol', () => {
  it('is heard both ways by LiveKit clients with the hex text of the key, and sends no data', async () => {
    const room = 'older';
    const sharedKey = 'ab'.repeat(32);
    await using taken = await scene.olderSeat(room);
    await taken.join();
    await using user = await scene.peer(room, 'user', { sharedKey, hums: { slot: 0 } });
    await using strict = await scene.peer(room, 'strict', { keys: [['agent', 0, 0xab]] });
    await expect.poll(() => taken.all('user-here').length, SOON).toBe(2);
    await user.room.localParticipant?.publishData(new Uint8Array(3), { topic: FRAME_TOPIC, reliable: true });
    await expect.poll(() => taken.seat.dropped['other-topic'], SOON).toBe(1);
    expect(taken.all('frame')).toEqual([]);

    using callKey = new SecretBytes(new Uint8Array(32).fill(0xab), 'call key');
    await taken.seat.admit('user', callKey);
    await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
    await expect.poll(() => taken.hears('user'), SOON).toBeGreaterThan(HEARD);
    expect(strict.hears('agent')).toBeLessThan(UNHEARD);
  });
});

describe('an SFU that cannot be joined', () => {
  it.each([
    ['does not know the token', async () => `${await scene.token('x', 'agent')}x`, () => scene.livekit.url],
    ['is not there', () => scene.token('x', 'agent'), () => 'ws://127.0.0.1:9'],
  ])('%s', async (_what, token, url) => {
    await using seat = createSeat({ url: url(), token: await token(), clock: systemClock });
    const joining = seat.join({ onStage: () => undefined, observe: () => undefined });
    await expect(joining).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
  });
});
