import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentScene } from './agent/agent-scene.ts';
import { until } from './agent/until.ts';
import { speakInRoom } from './turns/room-session.ts';
import { observeRoom } from './turns/sfu-observer.ts';

let scene: AgentScene;

beforeAll(async () => {
  scene = await AgentScene.open({ graceMs: 4_000 });
});

afterAll(() => scene[Symbol.asyncDispose]());

test(
  'a spoken conversation shows the SFU no attribute, no transcription, no text, no data and no metadata',
  { timeout: 180_000 },
  async () => {
    const from = scene.stack.log.length;
    const call = await scene.stack.dispatch();
    await using observer = await observeRoom({ sfu: scene.stack.sfu, sfuRoomName: call.sfuRoomName });
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    const answer = await scene.ask(caller, agent);
    expect(answer.length).toBeGreaterThan(0);
    // Both sides' words reached the user meanwhile: they went sealed.
    expect(caller.dataPackets).toBeGreaterThan(0);
    await caller.link.control('hang-up');
    await scene.stack.logged('job over', from);
    expect(observer.seen).toEqual([]);
  },
);

test(
  'an observer would see all of it: what the framework publishes when it is given the room',
  { timeout: 60_000 },
  async () => {
    const sfuRoomName = `twin-${crypto.randomUUID()}`;
    await using observer = await observeRoom({ sfu: scene.stack.sfu, sfuRoomName });
    await using _session = await speakInRoom({ sfu: scene.stack.sfu, sfuRoomName }, 'It is Paris.');
    const startedAt = systemClock.now();
    await until(
      () => observer.seen.some((line) => line.includes('It is Paris.')) || systemClock.now() - startedAt > 30_000,
      'the transcription',
    );
    expect(observer.seen).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^attributes: .*lk\.agent\.state/),
        expect.stringMatching(/Paris/),
      ]),
    );
  },
);
