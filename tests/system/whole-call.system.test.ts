import { callIdParts, createCallKey, parseCallId } from '@oracle-calls/protocol';
import { mediaKeyIndex } from '@oracle-calls/protocol/key-schedule';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSfu } from '../../dev/demo/sfu-statement.ts';
import { QUESTION } from '../../dev/demo/spoken-question.ts';
import { joinHidden, type HiddenListener } from './hidden-listener.ts';
import { allKeys, filesWithKey, textHasKey, watchedKeys, watchKeys } from './planted-keys.ts';
import { openCallKey } from './open-call-key.ts';
import { StackScene } from './stack-scene.ts';
import { sharedWords } from './words.ts';

let scene: StackScene;

beforeAll(async () => {
  scene = await StackScene.open();
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** Audio of everybody that a listener hears, recognised. */
async function overheard(listener: HiddenListener): Promise<string> {
  const texts = await Promise.all(listener.identities().map((identity) => scene.recognise(listener.heard(identity))));
  return texts.join(' ');
}

describe('one whole call on real Synapse, LiveKit and Chromium', () => {
  test('is heard by its two ends and by nobody else, and leaves no key anywhere', { timeout: 180_000 }, async () => {
    const { stack } = scene;
    await using caller = await scene.caller('alice', watchKeys);
    await caller.call();
    await caller.untilAudible();
    const { callId: shownCallId } = await caller.snapshot();
    const callId = parseCallId(shownCallId);
    const { sfuRoomName } = callIdParts(callId);

    // What the oracle's own keys open is the key that the page made; what media runs under comes from the handshake alone.
    using callKey = await openCallKey(stack, callId);
    const watched = await watchedKeys(caller);
    expect(watched.drawn).toContain(Buffer.from(callKey.expose()).toString('hex'));
    const [sendingKey = '', receivingKey = ''] = [watched.sending.at(-1), watched.receiving.at(-1)];
    expect([sendingKey, receivingKey]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(sendingKey).not.toBe(receivingKey);

    // One listener without a key, and as the positive control one with the media keys, taken from the page.
    const sfu = { url: stack.sfu.url, apiKey: stack.sfu.apiKey, apiSecret: stack.sfu.apiSecret, sfuRoomName };
    await using keyless = await joinHidden(sfu);
    const { participants, encrypted: sfuSaysEncrypted } = await askSfu(stack.sfu, sfuRoomName);
    const agentIdentity = keyless.identities().find((identity) => !identity.startsWith('u-'));
    await using keyed = await joinHidden({
      ...sfu,
      slot: mediaKeyIndex({ attempt: 1, epoch: 1 }),
      keys: (identity) => Buffer.from(identity === agentIdentity ? receivingKey : sendingKey, 'hex'),
    });
    expect(participants).toBeGreaterThanOrEqual(2);

    await caller.untilOracleQuiet(0, 600, 15_000);
    const answer = await caller.ask(scene.question);
    const heard = await scene.recognise(answer.samples);
    const statistics = await caller.statistics();

    expect(heard.length, scene.tail()).toBeGreaterThan(0);
    expect(statistics.encrypted).toBe(true);
    expect(sfuSaysEncrypted).toBe(true);

    const withKey = await overheard(keyed);
    const withoutKey = await overheard(keyless);
    const said = `${QUESTION} ${heard}`;
    expect(sharedWords(said, withKey), `with the key: ${withKey}`).toBeGreaterThan(0.6);
    expect(sharedWords(said, withoutKey), `without: ${withoutKey}`).toBeLessThan(0.2);
    expect(keyless.data).toEqual([]);
    // LiveKit shows the name that workers register with; ours is random and says nothing.
    expect(keyless.attributes()).toEqual({
      [`${agentIdentity ?? ''}.lk.agent_name`]: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });

    await caller.hangUp();
    const { timelineMs, callStatus, endReason } = await caller.snapshot();
    expect({ callStatus, endReason }).toEqual({ callStatus: 'ended', endReason: 'hangup' });
    for (const stage of [
      'handshake',
      'eventSent',
      'joinToken',
      'sfuConnected',
      'synced',
      'agentJoined',
      'oracleAudible',
    ] as const) {
      expect(timelineMs[stage], stage).toBeGreaterThanOrEqual(0);
    }
    expect((await scene.facts.waitFor('call ended', callId, 10_000))?.msg).toBe('call ended');
    expect(await scene.facts.waitFor('call statistics', callId, 10_000)).toMatchObject({ encrypted: true });

    const keys = allKeys(await watchedKeys(caller));
    expect(keys.length).toBeGreaterThan(4);
    // Nothing anywhere holds a key: the homeserver's database, the backend's, the logs, what the agent kept.
    expect(await filesWithKey(stack.stateDir, keys)).toEqual([]);
    expect(textHasKey(scene.log.join('\n'), keys)).toBe(false);
  });

  test('the search for keys finds a key that is there', async () => {
    using planted = createCallKey();
    const hex = Buffer.from(planted.expose()).toString('hex');
    expect(textHasKey(`a log line with ${Buffer.from(hex, 'hex').toString('base64')}`, [hex])).toBe(true);
  });
});
