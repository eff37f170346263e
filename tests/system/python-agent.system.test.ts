/** The oracle of `docs/bring-your-python-oracle.md`: real Synapse, LiveKit and Chromium, the backend and the SDK as ever, and an agent in Python. */
import { callIdParts, parseCallId, type CallId } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { QUESTION } from '../../dev/demo/spoken-question.ts';
import { AgentScene } from './agent/agent-scene.ts';
import { until } from './agent/until.ts';
import { agentLines, agentProcess, agentsIn, attempts } from './call-agents.ts';
import { joinHidden } from './hidden-listener.ts';
import { StackScene } from './stack-scene.ts';
import { sharedWords } from './words.ts';

/** What `python/examples/capitals.py` says to the question. */
const ANSWER = 'The capital city of France is Paris. I looked it up in Python.';
const UNDERSTOOD = 0.5;
/** From the kill until another agent has proved itself, in ms: as for the agent in Node. */
const REPLACED_WITHIN_MS = 15_000;

async function liveCall(caller: ScriptedCaller): Promise<CallId> {
  await caller.call();
  await caller.untilAudible();
  await caller.untilOracleQuiet(0, 600, 20_000);
  return parseCallId((await caller.snapshot()).callId);
}

describe('a call from the browser', () => {
  let scene: StackScene;
  beforeAll(async () => {
    scene = await StackScene.open({ agentLanguage: 'python' });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('is answered by Python, understood at the browser, and by nobody else', { timeout: 120_000 }, async () => {
    await using caller = await scene.caller('alice');
    const callId = await liveCall(caller);
    const { apiKey, apiSecret, url } = scene.stack.sfu;
    const { sfuRoomName } = callIdParts(callId);
    await using keyless = await joinHidden({ url, apiKey, apiSecret, sfuRoomName });
    const [agentIdentity = ''] = await agentsIn(scene, callId);
    const answer = await caller.ask(scene.question);
    const heard = await scene.recognise(answer.samples);
    expect(sharedWords(ANSWER, heard), heard).toBeGreaterThan(UNDERSTOOD);
    // Captions came by the sealed channel.
    const shown = await caller.page.locator('.caption-overlay p').allTextContents();
    expect(sharedWords(ANSWER, shown.join(' ')), shown.join('\n')).toBeGreaterThan(UNDERSTOOD);
    expect((await caller.settledStatistics()).encrypted).toBe(true);

    // What whoever holds the SFU's secret sees and hears: no data in any form, no name but the random one of the dispatch, noise.
    expect(keyless.data).toEqual([]);
    expect(keyless.attributes()).toEqual({
      [`${agentIdentity}.lk.agent_name`]: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    const overheard = await Promise.all(
      keyless.identities().map((identity) => scene.recognise(keyless.heard(identity))),
    );
    expect(sharedWords(`${QUESTION} ${ANSWER}`, overheard.join(' ')), overheard.join(' | ')).toBeLessThan(0.2);

    await caller.hangUp();
    expect(await scene.facts.waitFor('call statistics', callId, 10_000)).toMatchObject({
      encrypted: true,
      protocol: 'strict',
    });
    expect(await scene.facts.waitFor('call ended', callId, 10_000)).toMatchObject({ endReason: 'hangup' });
    // Neither our lines nor the framework's quote what was said.
    expect(
      scene.log.filter((line) => line.startsWith('agent') && /capital city|looked it up|Paris/i.test(line)),
    ).toEqual([]);
  });

  test('outlives its agent: the next attempt supersedes the last, and answers', { timeout: 120_000 }, async () => {
    await using caller = await scene.caller('alice');
    const callId = await liveCall(caller);
    const before = await agentsIn(scene, callId);
    const killedAt = await caller.now();
    process.kill(agentProcess(scene, callId), 'SIGKILL');
    await until(() => attempts(scene, callId).length === 2, 'a second attempt', REPLACED_WITHIN_MS);
    const [first, second] = attempts(scene, callId).map((fact) => Number(fact['attempt']));
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    await until(() => agentLines(scene, 'call set up', callId).length === 2, 'the second conversation', 30_000);
    await caller.untilOracleQuiet(killedAt, 600, 20_000);
    const answer = await caller.ask(scene.question);
    expect(sharedWords(ANSWER, await scene.recognise(answer.samples))).toBeGreaterThan(UNDERSTOOD);
    expect((await agentsIn(scene, callId)).filter((identity) => before.includes(identity))).toEqual([]);
    expect((await caller.settledStatistics()).encrypted).toBe(true);

    // The same person again, from a page that has lost the call's key.
    await caller.page.reload();
    await caller.untilState(['ready'], 60_000);
    const next = await liveCall(caller);
    expect(next).not.toBe(callId);
    expect(await scene.facts.waitFor('call ended', callId, 20_000)).toMatchObject({ endReason: 'replaced' });

    // An agent that is told to stop says so, and does not pass for an oracle that has said goodbye.
    await scene.stack.stopAgent();
    expect(await scene.facts.waitFor('call ended', next, 10_000)).toMatchObject({ endReason: 'agent-failed' });
    await caller.untilState(['ended', 'error', 'ready'], 20_000);
  });
});

describe('a call of the older protocol', () => {
  let scene: AgentScene;
  beforeAll(async () => {
    // That nobody who was not allowed by name is answered, is an attack: “downgrade to the old envelope”.
    scene = await AgentScene.open({ language: 'python', graceMs: 4_000, olderProtocol: 'allow', keySet: 'single' });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  test('is answered where it is allowed by name, without data and never called encrypted', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch(undefined, { protocol: 'older' });
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    expect(sharedWords(ANSWER, await scene.ask(caller, agent))).toBeGreaterThan(UNDERSTOOD);
    expect(caller.others.filter((other) => !other.startsWith('attribute lk.agent_name='))).toEqual([]);
    expect(caller.dataPackets).toBe(0);
    await caller.close();
    const line = await scene.stack.logged('call statistics', from, (one) => one['callId'] === call.callId);
    expect(line).toMatchObject({ encrypted: false, protocol: 'older' });
    expect(call.updates).toEqual([]);
  });
});
