import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentScene } from './agent/agent-scene.ts';

/** Well after the end of a question the agent has asked for its text; the log then shows that it had. */
const UTTERANCE_END_MS = 2_000;

let scene: AgentScene;

beforeAll(async () => {
  scene = await AgentScene.open({ graceMs: 4_000 });
  await scene.stack.logged('models loaded');
});

afterAll(() => scene[Symbol.asyncDispose]());

/** The process id of the speech host that runs now. */
function hostPid(): number {
  const line = scene.stack.log.findLast((one) => one.msg === 'models loaded');
  return Number(line?.['speechHostPid']);
}

describe('a call whose speech host is killed', () => {
  it('between two turns goes on', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch();
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    const killed = hostPid();
    process.kill(killed, 'SIGKILL');
    const lost = await scene.stack.logged('speech host lost', from);
    expect(lost).toMatchObject({ speechHostPid: killed, signal: 'SIGKILL' });
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    expect(hostPid()).not.toBe(killed);
    expect(call.updates).toEqual([]);
  });

  it('while it recognises a question answers that question all the same', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch();
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    // Frozen first, so that the question is certainly under way in it when it dies.
    const killed = hostPid();
    process.kill(killed, 'SIGSTOP');
    const heard = await scene.ask(caller, agent, async () => {
      await systemClock.sleep(UTTERANCE_END_MS);
      process.kill(killed, 'SIGKILL');
      await scene.stack.logged('speech host lost; asking again', from, (line) => line['engine'] === 'recogniser');
    });
    expect(heard.length).toBeGreaterThan(0);
    expect(call.updates).toEqual([]);
  });

  it('while it thinks or speaks answers that question all the same', async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch();
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    const killed = hostPid();
    const heard = await scene.ask(caller, agent, async () => {
      await scene.stack.logged('user said something', from);
      process.kill(killed, 'SIGKILL');
    });
    expect(heard.length).toBeGreaterThan(0);
    expect(call.updates).toEqual([]);
  });
});
