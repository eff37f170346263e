import { systemClock } from '@oracle-calls/protocol';
import { Encryption_Type } from '@livekit/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSignalGuard } from '@oracle-calls/node-media/guard';
import type { SignalGuard } from '@oracle-calls/node-media/guard';
import { fullReconnect, lastNewsOf, participantNews, participantsIn } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import type { LyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { installReceiving, SeatScene, switchSending } from './agent/seat-scene.ts';

let scene: SeatScene;
/** Share of a second. */
const [HEARD, UNHEARD] = [0.9, 0.05];
const SOON = { timeout: 15_000, interval: 100 };

beforeAll(async () => {
  scene = await SeatScene.open();
});

afterAll(() => scene[Symbol.asyncDispose]());

const guard = (sfuUrl: string, ownIdentity: string): Promise<SignalGuard> =>
  startSignalGuard({ sfuUrl, ownIdentity, clock: systemClock, onRefused: () => undefined });

/** Answers to a client that publishes: your track is not encrypted. */
function liesAboutOwnTrack(sfu: LyingSfu): void {
  sfu.respond = ({ message }) => {
    if (message.case === 'trackPublished' && message.value.track) message.value.track.encryption = Encryption_Type.NONE;
    return 'forward';
  };
}

describe('an SFU that answers a publication with "not encrypted"', () => {
  it('makes the media library send in the clear', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    liesAboutOwnTrack(sfu);
    await using spy = await scene.peer('e1', 'spy', { isPlaintext: true });
    await using _library = await scene.peer('e1', 'library', {
      url: sfu.url,
      keys: [['library', 5, 1]],
      hums: { slot: 5 },
    });
    await expect.poll(() => spy.hears('library'), SOON).toBeGreaterThan(HEARD);
  });

  it('changes nothing behind the guard', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    liesAboutOwnTrack(sfu);
    await using guarded = await guard(sfu.url, 'library');
    await using spy = await scene.peer('e1 guarded', 'spy', { isPlaintext: true });
    await using friend = await scene.peer('e1 guarded', 'friend', { keys: [['library', 5, 1]] });
    await using _library = await scene.peer('e1 guarded', 'library', {
      url: guarded.url,
      keys: [['library', 5, 1]],
      hums: { slot: 5 },
    });
    await expect.poll(() => friend.hears('library'), SOON).toBeGreaterThan(HEARD);
    await expect.poll(() => spy.heardMs('library'), SOON).toBeGreaterThan(1_000);
    expect(spy.hears('library')).toBeLessThan(UNHEARD);
  });

  it('changes nothing for a seat', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    liesAboutOwnTrack(sfu);
    await using spy = await scene.peer('e1 seat', 'spy', { isPlaintext: true });
    await using friend = await scene.peer('e1 seat', 'friend', { keys: [['agent', 5, 1]] });
    await using taken = await scene.seat('e1 seat', sfu.url);
    await taken.join();
    await switchSending(taken.seat, 5, 1);
    await expect.poll(() => friend.hears('agent'), SOON).toBeGreaterThan(HEARD);
    expect(spy.hears('agent')).toBeLessThan(UNHEARD);
  });
});

/**
 * The last bytes of every frame that LiveKit seals in slot 5: the length of the nonce, and the slot. Named as the trailer
 * of what the server itself inserts, they make every such frame one that is played as it is.
 */
const SEALED_IN_SLOT_5 = Uint8Array.of(12, 5);

function namesTrailer(sfu: LyingSfu): void {
  sfu.respond = ({ message }) => {
    if (message.case === 'join') message.value.sifTrailer = SEALED_IN_SLOT_5;
    return 'forward';
  };
}

describe('an SFU that names a trailer of frames to play undecrypted', () => {
  it('has the media library play what it cannot open', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    namesTrailer(sfu);
    await using library = await scene.peer('e4', 'library', { url: sfu.url, keys: [['user', 5, 9]] });
    await using _user = await scene.peer('e4', 'user', { keys: [['user', 5, 1]], hums: { slot: 5 } });
    await expect.poll(() => library.noiseMs('user'), SOON).toBeGreaterThan(500);
  });

  it.each(['library', 'seat'] as const)('changes nothing for a %s behind the guard', async (who) => {
    const room = `e4 ${who}`;
    await using sfu = await startLyingSfu(scene.livekit.url);
    namesTrailer(sfu);
    await using _user = await scene.peer(room, 'user', { keys: [['user', 5, 1]], hums: { slot: 5 } });
    if (who === 'library') {
      await using guarded = await guard(sfu.url, 'library');
      await using library = await scene.peer(room, 'library', { url: guarded.url, keys: [['user', 5, 9]] });
      await using friend = await scene.peer(room, 'friend', { keys: [['user', 5, 1]] });
      await expect.poll(() => friend.hears('user'), SOON).toBeGreaterThan(HEARD);
      // The library decodes a new track some milliseconds before its cryptor is attached, which a seat's ear gate waits out;
      // from then on nothing is played.
      const beforeCryptor = library.noiseMs('user');
      expect(beforeCryptor).toBeLessThan(500);
      friend.forget('user');
      await expect.poll(() => friend.heardMs('user'), SOON).toBeGreaterThan(1_500);
      expect(friend.hears('user')).toBeGreaterThan(HEARD);
      expect(library.noiseMs('user')).toBe(beforeCryptor);
      // With the key the guarded library does hear: the guard does not silence.
      library.setKey('user', 5, 1);
      await expect.poll(() => library.hears('user'), SOON).toBeGreaterThan(HEARD);
      return;
    }
    await using taken = await scene.seat(room, sfu.url);
    await taken.join();
    await installReceiving(taken.seat, 'user', 5, 9);
    taken.seat.admit('user');
    await expect.poll(() => taken.all('undecryptable').length, SOON).toBe(1);
    await installReceiving(taken.seat, 'user', 5, 1);
    await expect.poll(() => taken.hears('user'), SOON).toBeGreaterThan(HEARD);
  });
});

describe('an SFU that calls the agent by another name', () => {
  it('on joining: the agent does not take the seat', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    sfu.respond = ({ message }) => {
      for (const participant of participantsIn(message))
        if (participant.identity === 'agent') participant.identity = 'nobody';
      return 'forward';
    };
    await using taken = await scene.seat('renamed', sfu.url);
    await expect(taken.join()).rejects.toMatchObject({ code: 'ERR_MEDIA_IDENTITY' });
    // The library itself believes it.
    await using library = await scene.peer('renamed library', 'agent', { url: sfu.url });
    expect(library.room.localParticipant?.identity).toBe('nobody');
  });

  it('in mid-call: the agent says why, and leaves', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    await using taken = await scene.seat('renamed later', sfu.url);
    await taken.join();
    await using user = await scene.peer('renamed later', 'user', { keys: [['agent', 5, 1]] });
    await switchSending(taken.seat, 5, 1);
    await expect.poll(() => user.hears('agent'), SOON).toBeGreaterThan(HEARD);
    const news = lastNewsOf(sfu.last, 'agent');
    if (news === undefined) throw new Error('The server said nothing about the agent.');
    news.identity = 'nobody';
    sfu.last.say(participantNews(news));
    await expect.poll(() => taken.all('broken').map(({ error }) => error.code), SOON).toEqual(['ERR_MEDIA_IDENTITY']);
    await expect.poll(() => [...user.room.remoteParticipants.keys()], SOON).toEqual([]);
    expect(taken.notices.at(-1)?.kind).toBe('broken');
  });

  it('on joining anew, which it can enforce: the agent says why, and leaves', async () => {
    await using sfu = await startLyingSfu(scene.livekit.url);
    sfu.respond = ({ message }, { ordinal }) => {
      if (message.case === 'join' && ordinal > 1 && message.value.participant)
        message.value.participant.identity = 'nobody';
      return 'forward';
    };
    await using taken = await scene.seat('renamed anew', sfu.url);
    await taken.join();
    await switchSending(taken.seat, 5, 1);
    sfu.last.say(fullReconnect());
    await expect.poll(() => taken.all('broken').map(({ error }) => error.code), SOON).toEqual(['ERR_MEDIA_IDENTITY']);
    expect(taken.all('reconnected')).toEqual([]);
  });
});
