import { BearerSecret, OracleCallError, SecretBytes, silentLogger } from '@oracle-calls/protocol';
import type { SfuNotice } from '@oracle-calls/sdk/core';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, test } from 'vitest';
import { FakeSeat } from './fake-seat.fixture.ts';
import { LocalSound } from './local-sound.ts';
import { NodeConnection } from './node-connection.ts';
import type { HeardSound } from './remote-sound.ts';

const URL_OF_SFU = 'wss://sfu.example.org';
const tokenOf = (sub: string): BearerSecret =>
  new BearerSecret(`x.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.x`, 'join token');

function scene() {
  const clock = new FakeClock();
  const seats: FakeSeat[] = [];
  const heard: HeardSound[] = [];
  const notices: SfuNotice[] = [];
  let plan: (seat: FakeSeat) => void = () => undefined;
  const connection = new NodeConnection({
    clock,
    logger: silentLogger,
    onHeard: (sound) => void heard.push(sound),
    createSeat: (address) => {
      const seat = new FakeSeat(address);
      plan(seat);
      seats.push(seat);
      return seat;
    },
  });
  connection.observe((notice) => void notices.push(notice));
  const { signal } = new AbortController();
  return {
    clock,
    connection,
    heard,
    notices,
    planned: (how: (seat: FakeSeat) => void) => void (plan = how),
    get seat(): FakeSeat {
      const [seat] = seats;
      if (seat === undefined) throw new Error('There is no seat.');
      return seat;
    },
    seats,
    connect: (options: { url?: string; identity?: string; signal?: AbortSignal } = {}) =>
      connection.connect({ url: URL_OF_SFU, joinToken: tokenOf('caller'), identity: 'caller', signal, ...options }),
  };
}

describe('joining', () => {
  test.each([
    ['an address that is not encrypted', { url: 'ws://sfu.example.org' }],
    ['an address that is none', { url: 'sfu' }],
    ['a token for somebody else', { identity: 'somebody' }],
  ])('refuses %s before anything is sent', async (_what, options) => {
    const { connect, seats } = scene();
    await expect(connect(options)).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
    expect(seats).toEqual([]);
  });

  test('fails as the seat does, and leaves', async () => {
    const one = scene();
    one.planned((seat) => (seat.joinFailure = new OracleCallError('ERR_MEDIA_UNENCRYPTED')));
    await expect(one.connect()).rejects.toMatchObject({ code: 'ERR_MEDIA_UNENCRYPTED' });
    expect(one.seat.did).toEqual(['left']);
    const other = scene();
    other.planned((seat) => (seat.joinFailure = new Error('socket')));
    await expect(other.connect()).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
  });

  test('is given up at an abort, with its reason', async () => {
    const { connect, planned, seats } = scene();
    const controller = new AbortController();
    const reason = new Error('never mind');
    planned((seat) => {
      const joining = Promise.withResolvers<void>();
      seat.joining = joining.promise;
      seat.close = async () => {
        seat.did.push('left');
        joining.reject(new Error('closed'));
      };
    });
    const connecting = connect({ signal: controller.signal });
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    expect(seats[0]?.did).toContain('left');
  });

  test('nothing can be done with a room that was not joined', async () => {
    const { connection, clock } = scene();
    using key = SecretBytes.random(32, 'key');
    await expect(connection.publish(new LocalSound(clock))).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
    await expect(connection.frameKeys.switchSending(1, key)).rejects.toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
    await expect(connection.sendFrame(new Uint8Array(1), 'oracle')).rejects.toMatchObject({
      code: 'ERR_MEDIA_CONNECT',
    });
    expect(await connection.statistics()).toEqual([]);
  });
});

describe('the own sound', () => {
  test('goes to the seat, whose gate decides; a mute from before counts', async () => {
    const { connection, seat, clock } = await joined();
    const microphone = new LocalSound(clock);
    await connection.setMuted(microphone, true);
    await connection.publish(microphone);
    await connection.setMuted(microphone, false);
    expect(seat.did).toEqual(['joined', 'muted', 'unmuted']);
    const played = microphone.play(new Float32Array(960));
    await clock.advance(20);
    await played;
    expect(seat.did.at(-1)).toBe('sound');
  });

  test('of any other device is refused', async () => {
    const { connection } = await joined();
    const camera = { source: 'camera', kind: 'video', level: () => 0, stop: () => undefined } as const;
    await expect(connection.publish(camera)).rejects.toMatchObject({ code: 'ERR_MEDIA_DEVICE' });
  });

  test('is told as guarded from its first key, not while the connection is mended, and again after', async () => {
    const { connection, notices, seat } = await joined();
    using key = SecretBytes.random(32, 'key');
    await connection.frameKeys.switchSending(3, key);
    seat.tell({ kind: 'reconnecting' });
    seat.tell({ kind: 'reconnected' });
    expect(notices).toEqual([
      { kind: 'sendingGuarded', isReady: true },
      { kind: 'sendingGuarded', isReady: false },
      { kind: 'reconnecting' },
      { kind: 'sendingGuarded', isReady: true },
      { kind: 'reconnected' },
    ]);
  });
});

describe('others', () => {
  test('are told as they come and go, with what the SFU calls them', async () => {
    const { notices, seat } = await joined();
    seat.tell({ kind: 'user-here', participantIdentity: 'oracle', participantKind: 'agent' });
    seat.tell({ kind: 'user-gone', participantIdentity: 'oracle', isDeliberate: true });
    seat.tell({ kind: 'frame', participantIdentity: undefined, frame: Uint8Array.of(1) });
    seat.tell({ kind: 'refused', participantIdentity: 'somebody', reason: 'stranger' });
    seat.tell({ kind: 'refused', participantIdentity: 'oracle', reason: 'not-encrypted' });
    expect(notices).toEqual([
      { kind: 'participantJoined', participantIdentity: 'oracle', participantKind: 'agent' },
      { kind: 'participantLeft', participantIdentity: 'oracle' },
      { kind: 'frame', participantIdentity: undefined, frame: Uint8Array.of(1) },
      { kind: 'trackRefused', participantIdentity: 'oracle' },
    ]);
  });

  test('are heard while they are played, and silent a moment after their last frame', async () => {
    const { notices, seat, heard, clock } = await joined();
    const voice = seat.speak('oracle');
    const arrived = notices.find((notice) => notice.kind === 'trackArrived');
    if (arrived === undefined) throw new Error('Nobody speaks.');
    voice.say(0.5);
    await clock.settle();
    expect([heard.length, arrived.track.level()]).toEqual([0, 0]);
    const playing = arrived.track.play();
    await clock.settle();
    expect(heard).toMatchObject([{ participantIdentity: 'oracle', sampleRate: 48_000 }]);
    expect(arrived.track.level()).toBeCloseTo(0.5);
    await clock.advance(101);
    expect(arrived.track.level()).toBe(0);
    playing[Symbol.dispose]();
    voice.say(0.5);
    await clock.settle();
    expect(heard).toHaveLength(1);
    voice.end();
    await clock.settle();
    expect(notices.at(-1)).toEqual({ kind: 'trackGone', trackId: arrived.track.trackId });
  });

  test('are admitted in the seat, and not any more once that is lost', async () => {
    const { connection, seat } = await joined();
    connection.admit('oracle');
    seat.tell({ kind: 'seat-lost', isDeliberate: false });
    connection.admit('other');
    expect(seat.did).toEqual(['joined', 'admits oracle']);
  });

  test('who are refused are not heard from that moment on', async () => {
    const { connection, notices, seat, heard, clock } = await joined();
    const voice = seat.speak('oracle');
    const other = seat.speak('other');
    for (const notice of notices) if (notice.kind === 'trackArrived') notice.track.play();
    connection.refuse('oracle');
    voice.say(0.5);
    other.say(0.5);
    await clock.settle();
    expect(heard.map(({ participantIdentity }) => participantIdentity)).toEqual(['other']);
    expect(seat.did.at(-1)).toBe('refuses oracle');
    expect(notices.at(-1)).toMatchObject({ kind: 'trackGone' });
  });
});

describe('the end', () => {
  test.each([
    [true, 'room-closed'],
    [false, 'lost'],
  ] as const)('a seat that is lost (on purpose: %s) is told once, as %s', async (isDeliberate, cause) => {
    const { notices, seat } = await joined();
    seat.tell({ kind: 'seat-lost', isDeliberate });
    seat.tell({ kind: 'seat-lost', isDeliberate });
    expect(notices).toEqual([{ kind: 'disconnected', cause }]);
  });

  test('a seat that left because the SFU broke a rule says which', async () => {
    const { notices, seat } = await joined();
    const error = new OracleCallError('ERR_MEDIA_IDENTITY');
    seat.tell({ kind: 'broken', error });
    seat.tell({ kind: 'seat-lost', isDeliberate: false });
    expect(notices).toEqual([{ kind: 'disconnected', cause: 'lost', error }]);
  });

  test('closing leaves the room and tells nobody anything any more', async () => {
    const { connection, notices, seat } = await joined();
    await connection.close();
    await connection.close();
    seat.tell({ kind: 'user-here', participantIdentity: 'oracle', participantKind: 'agent' });
    expect(notices).toEqual([]);
    expect(seat.did.at(-1)).toBe('left');
    expect(await connection.statistics()).toEqual([]);
  });
});

async function joined() {
  const made = scene();
  await made.connect();
  const { seat } = made;
  return { ...made, seat };
}
