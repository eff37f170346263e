import { describe, expect, test } from 'vitest';
import { createPayloadId } from '../data-frame/payload.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { encodeFrameHeader, type FrameKind } from '../frame/frame-header.ts';
import { AGENT, USER } from '../handshake/call.fixture.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import { PREVIOUS_KEY_GRACE_MS } from '../rekey/rekey-step.ts';
import { PENDING_FRAMES_MAX } from './link-end.ts';
import { chat, confirmedScene, linkScene, type LinkScene } from './link.fixture.ts';
import { HANDSHAKE_MAX_MS, OUTBOX_MAX, RECEIPT_TRIES, RECEIPT_WAIT_MS, REKEY_MAX_MS } from './link-times.ts';

/** Loses the first frame of each of these kinds. */
function loseOnce(scene: LinkScene, kinds: readonly FrameKind[]): void {
  const left = new Set(kinds);
  scene.lose = (kind) => left.delete(kind);
}

function expectSameKeys({ userKeys, agentKeys }: LinkScene): void {
  expect(userKeys.sendingKey).toMatch(/^[0-9a-f]{64}$/);
  expect(agentKeys.sendingKey).not.toBe(userKeys.sendingKey);
  expect(agentKeys.receiving.get(userKeys.sendingSlot ?? -1)).toEqual({ identity: USER, keyHex: userKeys.sendingKey });
  expect(userKeys.receiving.get(agentKeys.sendingSlot ?? -1)).toEqual({
    identity: AGENT,
    keyHex: agentKeys.sendingKey,
  });
}

describe('an attempt', () => {
  test('installs one media key per direction at both ends, and both show the same code', async () => {
    const scene = await confirmedScene();
    expect(scene.toldUser.events).toEqual(['confirmed 1', 'peerReady']);
    expect(scene.toldAgent.events).toEqual(['confirmed 1', 'peerReady']);
    expectSameKeys(scene);
    expect(scene.userKeys.sendingSlot).toBe(5);
    expect(scene.userKeys.sendingKey).not.toEqual(scene.agentKeys.sendingKey);
    expect(scene.toldUser.attempts).toEqual(scene.toldAgent.attempts);
    expect(scene.user.attempt).toMatchObject({ attempt: 1, agentIdentity: AGENT, userIdentity: USER });
  });

  test.each([[['offer']], [['accept']], [['confirm']], [['offer', 'accept', 'confirm']]] as const)(
    'comes through although the first %s is lost',
    async (kinds) => {
      const scene = linkScene();
      loseOnce(scene, kinds);
      await scene.begin();
      await scene.advance(5_000);
      expect(scene.toldUser.events).toEqual(['confirmed 1', 'peerReady']);
      expect(scene.toldAgent.events).toEqual(['confirmed 1', 'peerReady']);
      expectSameKeys(scene);
    },
  );

  test('tells the user who hears it before anything can be sent, and only the user', async () => {
    const scene = await confirmedScene();
    expect(scene.toldUser.declarations).toEqual([{ hearing: HEARD_HERE, changed: undefined, sendingKey: undefined }]);
    await scene.begin(2);
    await scene.settle();
    expect(scene.toldUser.declarations[1]).toMatchObject({ hearing: HEARD_HERE, changed: undefined });
    expect(scene.toldUser.declarations).toHaveLength(2);
    expect(scene.toldAgent.declarations).toEqual([]);
  });

  test('is sent again only while it has no answer', async () => {
    const scene = await confirmedScene();
    const handed = scene.sent.length;
    await scene.advance(60_000);
    expect(scene.sent.slice(handed)).toEqual([]);
  });

  test('that nobody accepts stalls', async () => {
    const scene = linkScene();
    scene.lose = () => true;
    await scene.begin();
    await scene.advance(HANDSHAKE_MAX_MS);
    expect(scene.toldAgent.events).toEqual(['stalled']);
    expect(scene.sent.length).toBeGreaterThan(4);
    expect(scene.sent.length).toBeLessThan(12);
  });

  test('of a higher number supersedes: the old slots are empty, and new ones are used', async () => {
    const scene = await confirmedScene();
    const before = scene.userKeys.sendingKey;
    await scene.begin(2);
    await scene.settle();
    expect(scene.toldUser.events).toEqual(['confirmed 1', 'peerReady', 'superseded', 'confirmed 2', 'peerReady']);
    expect(scene.toldAgent.events).toEqual(['confirmed 1', 'peerReady', 'superseded', 'confirmed 2', 'peerReady']);
    expectSameKeys(scene);
    expect(scene.userKeys.sendingKey).not.toBe(before);
    expect([...scene.userKeys.receiving.keys()]).toEqual([9]);
    expect([...scene.agentKeys.receiving.keys()]).toEqual([9]);
    expect([...scene.userKeys.sendingKeys.keys()]).toEqual([9]);
  });

  test('of a number that does not rise is refused, and the live one stays', async () => {
    const scene = await confirmedScene();
    await expect(scene.begin(1)).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_STALE' });
    expectSameKeys(scene);
    expect(scene.agent.attempt?.attempt).toBe(1);
  });

  test('while the next one is not confirmed nothing is sent or opened under the old keys', async () => {
    const scene = await confirmedScene();
    scene.lose = (kind) => kind === 'accept';
    await scene.begin(2);
    await scene.settle();
    expect(scene.userKeys.sendingKey).toBeUndefined();
    expect(scene.agentKeys.sendingKey).toBeUndefined();
    expect(scene.userKeys.receiving.size + scene.agentKeys.receiving.size).toBe(0);
    expect(scene.user.attempt).toBeUndefined();
  });

  test('fails when a key cannot be installed', async () => {
    const scene = linkScene();
    scene.userKeys.failure = new OracleCallError('ERR_MEDIA_UNSUPPORTED');
    await scene.begin();
    await scene.settle();
    expect(scene.toldUser.events).toEqual(['failed ERR_MEDIA_UNSUPPORTED']);
    expect(scene.user.attempt).toBeUndefined();
  });

  test('cannot begin once the link is closed', async () => {
    const scene = linkScene();
    scene.agent.close();
    await expect(scene.begin()).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_CLOSED' });
  });
});

describe('data', () => {
  test('travels both ways in order', async () => {
    const scene = await confirmedScene();
    const [one, two, three] = [chat('one'), chat('two'), chat('three')];
    await Promise.all([scene.user.send(one), scene.user.send(two), scene.agent.send(three)]);
    await scene.settle();
    expect(scene.toldAgent.payloads).toEqual([one, two]);
    expect(scene.toldUser.payloads).toEqual([three]);
  });

  test('that must arrive is sent again until it did, and delivered once', async () => {
    const scene = await confirmedScene();
    let losses = 3;
    scene.lose = (kind) => kind === 'data' && losses-- > 0;
    const said = chat('hello');
    await scene.user.send(said);
    await scene.advance(4 * RECEIPT_WAIT_MS);
    expect(scene.toldAgent.payloads).toEqual([said]);
    const handed = scene.sent.length;
    await scene.advance(10 * RECEIPT_WAIT_MS);
    expect(scene.sent).toHaveLength(handed);
  });

  test('without any receipt is given up', async () => {
    const scene = await confirmedScene();
    scene.lose = (kind) => kind === 'data';
    const before = scene.sent.length;
    await scene.user.send(chat('anybody?'));
    await scene.advance((RECEIPT_TRIES + 3) * RECEIPT_WAIT_MS);
    expect(scene.sent.slice(before)).toHaveLength(RECEIPT_TRIES);
  });

  test('that the next state replaces is not sent again', async () => {
    const scene = await confirmedScene();
    const before = scene.sent.length;
    scene.lose = (kind) => kind === 'data';
    await scene.agent.send({ id: createPayloadId(), kind: 'control', action: 'oracle-state', state: 'thinking' });
    await scene.advance(10 * RECEIPT_WAIT_MS);
    expect(scene.sent.slice(before)).toEqual(['data']);
  });

  test('written before the first attempt, or between two, arrives with the next', async () => {
    const scene = linkScene();
    const [early, between] = [chat('early'), chat('between')];
    await scene.user.send(early);
    await scene.begin();
    await scene.settle();
    expect(scene.toldAgent.payloads).toEqual([early]);
    scene.lose = (kind) => kind === 'accept';
    await scene.begin(2);
    await scene.settle();
    await scene.user.send(between);
    scene.lose = () => false;
    await scene.advance(3_000);
    expect(scene.toldAgent.payloads).toEqual([early, between]);
  });

  test('waits in bounded memory: the oldest gives way', async () => {
    const scene = linkScene();
    for (let count = 0; count < OUTBOX_MAX + 1; count += 1) await scene.user.send(chat(`message ${count}`));
    await scene.begin();
    await scene.settle();
    await scene.advance(1_000);
    const texts = scene.toldAgent.payloads.map((payload) => (payload.kind === 'chat' ? payload.text : ''));
    expect(texts).toHaveLength(OUTBOX_MAX);
    expect(texts[0]).toBe('message 1');
  });

  test('that is no payload is refused to its sender', async () => {
    const scene = await confirmedScene();
    await expect(scene.user.send({ ...chat('x'), text: '' })).rejects.toMatchObject({ code: 'ERR_DATA_MALFORMED' });
  });
});

describe('what is not from the other end', () => {
  /** The next frame that the user hands to its connection, which does not carry it. */
  async function intercepted(scene: LinkScene): Promise<Uint8Array> {
    let frame: Uint8Array | undefined;
    const receive = scene.agent.receive.bind(scene.agent);
    scene.agent.receive = (seen) => void (frame ??= seen.slice());
    await scene.user.send(chat('for the agent alone'));
    await scene.settle();
    scene.agent.receive = receive;
    if (frame === undefined) throw new Error('Nothing was sent.');
    return frame;
  }

  test.each([
    ['names no participant', undefined],
    ['comes from a third participant', 'mallory'],
  ])('data that %s is refused; the same frame from the user is taken', async (_what, sender) => {
    const scene = await confirmedScene();
    const frame = await intercepted(scene);
    scene.agent.receive(frame, sender);
    await scene.settle();
    expect(scene.toldAgent.events).toContain(`refused ERR_DATA_SENDER of ${sender}`);
    expect(scene.toldAgent.payloads).toEqual([]);
    scene.agent.receive(frame, USER);
    await scene.settle();
    expect(scene.toldAgent.payloads).toHaveLength(1);
  });

  test('an offer that names no participant is refused', async () => {
    const scene = linkScene();
    const receive = scene.user.receive.bind(scene.user);
    scene.user.receive = (frame) => receive(frame, undefined);
    await scene.begin();
    await scene.settle();
    expect(scene.toldUser.events).toEqual(['refused ERR_DATA_SENDER of undefined']);
  });

  test.each([
    ['user', 'accept'],
    ['user', 'rekey-accept'],
    ['agent', 'offer'],
    ['agent', 'rekey-confirm'],
  ] as const)('the %s refuses its own %s, played back to it', async (end, kind) => {
    const scene = await confirmedScene();
    scene[end].receive(encodeFrameHeader({ kind, attempt: 1, epoch: 1 }), end === 'user' ? AGENT : USER);
    await scene.settle();
    const told = end === 'user' ? scene.toldUser : scene.toldAgent;
    expect(told.events.at(-1)).toMatch(/^refused ERR_HANDSHAKE_ORDER/);
  });

  test('a frame of another version is refused', async () => {
    const scene = await confirmedScene();
    scene.user.receive(Uint8Array.of(9, 1, 2), AGENT);
    await scene.settle();
    expect(scene.toldUser.events.at(-1)).toBe(`refused ERR_PROTOCOL_UNKNOWN_VERSION of ${AGENT}`);
  });

  test('a rekey before any attempt is out of order', async () => {
    const scene = linkScene();
    scene.user.receive(encodeFrameHeader({ kind: 'rekey-offer', attempt: 1, epoch: 2 }), AGENT);
    await scene.settle();
    expect(scene.toldUser.events).toEqual([`refused ERR_HANDSHAKE_ORDER of ${AGENT}`]);
  });

  test('a flood waits in bounded memory', async () => {
    const scene = await confirmedScene();
    for (let count = 0; count < 4 * PENDING_FRAMES_MAX; count += 1) scene.user.receive(Uint8Array.of(2), 'mallory');
    await scene.settle();
    const refused = scene.toldUser.events.filter((event) => event.startsWith('refused'));
    expect(refused).toHaveLength(PENDING_FRAMES_MAX);
    await scene.agent.send(chat('still there'));
    await scene.settle();
    expect(scene.toldUser.payloads).toHaveLength(1);
  });
});

describe('a rekey', () => {
  test('comes in time by itself, switches both ends and empties the old slots after the grace', async () => {
    const scene = await confirmedScene({ rekeyIntervalMs: 60_000 });
    const before = scene.userKeys.sendingKey;
    await scene.advance(60_100);
    expect(scene.toldUser.events.at(-1)).toBe('rekeyed 2');
    expect(scene.toldAgent.events.at(-1)).toBe('rekeyed 2');
    expectSameKeys(scene);
    expect(scene.userKeys.sendingKey).not.toBe(before);
    expect([...scene.userKeys.receiving.keys()]).toEqual([5, 6]);
    await scene.advance(PREVIOUS_KEY_GRACE_MS);
    for (const keys of [scene.userKeys, scene.agentKeys]) {
      expect([...keys.receiving.keys()]).toEqual([6]);
      expect([...keys.sendingKeys.keys()]).toEqual([6]);
    }
  });

  test('follows rekey, call-long', async () => {
    const scene = await confirmedScene({ rekeyIntervalMs: 30_000 });
    await scene.advance(5 * 30_000 + 100);
    expect(scene.toldUser.events.filter((event) => event.startsWith('rekeyed'))).toEqual(
      [2, 3, 4, 5, 6].map((epoch) => `rekeyed ${epoch}`),
    );
    expectSameKeys(scene);
    await scene.user.send(chat('six epochs later'));
    await scene.settle();
    expect(scene.toldAgent.payloads).toHaveLength(1);
  });

  test.each([['rekey-offer'], ['rekey-accept'], ['rekey-confirm']] as const)(
    'comes through although its first %s is lost, and data flows meanwhile',
    async (kind) => {
      const scene = await confirmedScene();
      loseOnce(scene, [kind]);
      await scene.agent.rekey();
      await scene.settle();
      await scene.user.send(chat('meanwhile'));
      await scene.agent.send(chat('meanwhile too'));
      await scene.advance(5_000);
      expect(scene.toldUser.events.at(-1)).toBe('rekeyed 2');
      expectSameKeys(scene);
      expect(scene.toldAgent.payloads).toHaveLength(1);
      expect(scene.toldUser.payloads).toHaveLength(1);
    },
  );

  test('the user asks for after a mended connection is begun, and not twice in a breath', async () => {
    const scene = await confirmedScene();
    await scene.user.requestRekey();
    await scene.settle();
    await scene.user.requestRekey();
    await scene.settle();
    expect(scene.toldUser.events.filter((event) => event.startsWith('rekeyed'))).toEqual(['rekeyed 2']);
    expect(scene.toldAgent.payloads).toEqual([]);
  });

  test('that gets no answer stalls', async () => {
    const scene = await confirmedScene();
    scene.lose = (kind) => kind.startsWith('rekey');
    await scene.agent.rekey();
    await scene.advance(REKEY_MAX_MS - 500);
    expect(scene.toldAgent.events).not.toContain('stalled');
    await scene.advance(500);
    expect(scene.toldAgent.events.filter((event) => event === 'stalled')).toEqual(['stalled']);
    await scene.begin(2);
    scene.lose = () => false;
    await scene.advance(5_000);
    expectSameKeys(scene);
  });

  test('that an outage longer than an offer may wait holds up comes through, and the attempt stays', async () => {
    const scene = await confirmedScene();
    const [code] = scene.toldUser.attempts;
    scene.lose = () => true;
    await scene.agent.rekey();
    await scene.advance(2 * HANDSHAKE_MAX_MS);
    scene.lose = () => false;
    await scene.advance(5_000);
    expect(scene.toldAgent.events.slice(2)).toEqual(['rekeyed 2']);
    expect(scene.toldUser.events.slice(2)).toEqual(['rekeyed 2']);
    expect(scene.user.attempt).toEqual(code);
    expectSameKeys(scene);
  });

  test('that a new attempt overtakes is over', async () => {
    const scene = await confirmedScene();
    scene.lose = (kind) => kind === 'rekey-accept';
    await scene.agent.rekey();
    await scene.settle();
    scene.lose = () => false;
    await scene.begin(2);
    await scene.advance(5_000);
    expect(scene.toldUser.events.slice(-2)).toEqual(['confirmed 2', 'peerReady']);
    expect(scene.toldAgent.events.at(-1)).toBe('peerReady');
    expectSameKeys(scene);
  });
});

describe('closing', () => {
  test('leaves no timer, sends nothing more, and tells nothing more', async () => {
    const scene = await confirmedScene();
    await scene.agent.rekey();
    await scene.user.send(chat('the last word'));
    scene.user.close();
    scene.agent.close();
    const [handed, told] = [scene.sent.length, scene.toldUser.events.length + scene.toldAgent.events.length];
    await scene.settle();
    await scene.user.send(chat('too late'));
    await scene.advance(60_000);
    expect(scene.sent).toHaveLength(handed);
    expect(scene.toldUser.events.length + scene.toldAgent.events.length).toBe(told);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  test('in the middle of an attempt leaves no timer', async () => {
    const scene = linkScene();
    const begun = scene.begin().catch(() => undefined);
    scene.agent.close();
    scene.user.close();
    await begun;
    await scene.settle();
    expect(scene.clock.pendingTimers).toBe(0);
    expect(scene.agent.attempt).toBeUndefined();
  });
});
