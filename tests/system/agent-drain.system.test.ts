import { processIsAlive } from '../../dev/process/process-group.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AgentScene } from './agent/agent-scene.ts';
import type { AgentStack } from './agent/agent-stack.ts';
import { until } from './agent/until.ts';

/** From the end of the last call until the process is gone, in ms: its children and the speech host go first. */
const GONE_MAX_MS = 15_000;

let scene: AgentScene;
let stack: AgentStack;
beforeAll(async () => {
  scene = await AgentScene.open({ graceMs: 4_000, drainSeconds: 120 });
  ({ stack } = scene);
});
afterAll(() => scene[Symbol.asyncDispose]());

it('told to stop in mid-call, the agent takes no other call, holds this one to its end, and leaves nothing', async () => {
  const from = stack.log.length;
  const call = await stack.dispatch();
  await using caller = await scene.join(call);
  const agent = await scene.greeted(caller, from, call);
  const children = await stack.childPids();
  expect(children.length).toBeGreaterThan(1);

  let exitCode: number | null | 'running' = 'running';
  const stopped = stack.stopAgent().then((code) => (exitCode = code));
  expect(await stack.logged('agent drains', from)).toMatchObject({ calls: 1 });

  // A call that comes now gets nobody of this worker.
  const late = await stack.dispatch();
  await using lateCaller = await scene.join(late);

  // The one in progress goes on: it hears, thinks and speaks.
  const heard = await scene.ask(caller, agent);
  expect(heard.split(' ').length).toBeGreaterThan(2);
  expect(lateCaller.peers).toEqual([]);
  expect(late.requests).toEqual([]);
  expect(exitCode).toBe('running');

  // And ends as any other, by the user.
  await caller.close();
  await until(() => exitCode !== 'running', 'the agent is gone', GONE_MAX_MS);
  expect(await stopped).toBe(0);
  expect(await stack.logged('agent drained', from)).toMatchObject({ outcome: 'empty', calls: 0 });
  expect(call.updates).toEqual([]);
  await until(() => children.every((pid) => !processIsAlive(pid)), 'no process is left', 5_000);
});
