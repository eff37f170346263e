import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentScene } from './agent/agent-scene.ts';
import { TestCaller } from './agent/test-caller.ts';
import { until } from './agent/until.ts';

let scene: AgentScene;

beforeAll(async () => {
  // One secp256k1 key for everything, as ixo's documents have it.
  scene = await AgentScene.open({ graceMs: 4_000, olderProtocol: 'allow', keySet: 'single' });
});

afterAll(() => scene[Symbol.asyncDispose]());

describe('an agent whose operator allows the older protocol', () => {
  it('says so when it starts', async () => {
    await scene.stack.logged('the older protocol is allowed: its calls are not protected');
    expect(await scene.stack.logged('oracle identity')).toMatchObject({ areKeysIndependent: false });
  });

  it('talks with an older caller under the shared key, sends no data, and never calls it encrypted', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch(undefined, { protocol: 'older' });
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    expect(caller.others.filter((other) => !other.startsWith('attribute lk.agent_name='))).toEqual([]);
    expect(caller.dataPackets).toBe(0);
    await caller.close();
    const line = await scene.stack.logged('call statistics', from, (one) => one['callId'] === call.callId);
    expect(line).toMatchObject({ encrypted: false, protocol: 'older' });
    expect(call.updates).toEqual([]);
  });

  it('is not understood by somebody in the room without that key', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch(undefined, { protocol: 'older' });
    await using caller = await scene.join(call);
    const { sfu } = scene.stack;
    await using keyless = await TestCaller.join({ sfu, sfuRoomName: call.sfuRoomName, identity: 'keyless' });
    const agent = await scene.greeted(caller, from, call);
    const heard = await scene.ask(caller, agent);
    expect(heard.length).toBeGreaterThan(0);
    const overheard = (await scene.recogniser.transcribe(keyless.soundOf(agent))).text.toLowerCase();
    for (const word of heard.toLowerCase().match(/[a-z]{5,}/g) ?? []) expect(overheard).not.toContain(word);
  });

  it('speaks the strict protocol with everybody else, with its one key', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch();
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    await caller.link.confirmed();
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    await caller.close();
    const line = await scene.stack.logged('call statistics', from, (one) => one['callId'] === call.callId);
    expect(line).toMatchObject({ encrypted: true, protocol: 'strict' });
    await until(() => scene.stack.log.slice(from).some(({ msg }) => msg === 'job over'), 'the end of the job');
  });
});
