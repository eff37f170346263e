import { callIdParts, createCallKey, deriveMediaKey, parseCallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askSfu } from '../../dev/demo/sfu-statement.ts';
import { QUESTION } from '../../dev/demo/spoken-question.ts';
import { joinHidden, type HiddenListener } from './hidden-listener.ts';
import { drawnKeys, filesWithKey, textHasKey, watchRandomKeys } from './planted-keys.ts';
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
    await using caller = await scene.caller('alice', watchRandomKeys);
    await caller.call();
    await caller.untilAudible();
    const { callId: shownCallId } = await caller.snapshot();
    const callId = parseCallId(shownCallId);
    const { sfuRoomName } = callIdParts(callId);

    // One listener without a key, and as the positive control one with the keys of the call, opened with the oracle's own.
    using callKey = await openCallKey(stack, callId);
    const callKeyHex = Buffer.from(callKey.expose()).toString('hex');
    const keys = await drawnKeys(caller);
    expect(keys).toContain(callKeyHex);
    const sfu = { url: stack.sfu.url, apiKey: stack.sfu.apiKey, apiSecret: stack.sfu.apiSecret, sfuRoomName };
    await using keyless = await joinHidden(sfu);
    const { participants, encrypted: sfuSaysEncrypted } = await askSfu(stack.sfu, sfuRoomName);
    const agentIdentity = keyless.identities().find((identity) => !identity.startsWith('u-'));
    await using keyed = await joinHidden({
      ...sfu,
      keys: (identity) => {
        const direction = identity === agentIdentity ? 'oracle-to-user' : 'user-to-oracle';
        return deriveMediaKey(callKey, sfuRoomName, direction).expose();
      },
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
    for (const stage of ['eventSent', 'joinToken', 'sfuConnected', 'synced', 'agentJoined', 'oracleAudible'] as const) {
      expect(timelineMs[stage], stage).toBeGreaterThanOrEqual(0);
    }
    expect((await scene.facts.waitFor('call ended', callId, 10_000))?.msg).toBe('call ended');
    expect(await scene.facts.waitFor('call statistics', callId, 10_000)).toMatchObject({ encrypted: true });

    // Nothing anywhere holds the key: the homeserver's database, the backend's, the logs, what the agent kept.
    expect(await filesWithKey(stack.stateDir, keys)).toEqual([]);
    expect(textHasKey(scene.log.join('\n'), keys)).toBe(false);
  });

  test('the search for keys finds a key that is there', async () => {
    using planted = createCallKey();
    const hex = Buffer.from(planted.expose()).toString('hex');
    expect(textHasKey(`a log line with ${Buffer.from(hex, 'hex').toString('base64')}`, [hex])).toBe(true);
  });
});
