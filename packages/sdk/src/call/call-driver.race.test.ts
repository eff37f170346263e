import { expect, test } from 'vitest';
import { createScene } from './call-scene.fixture.ts';
import { HELD_FRAMES_MAX } from './oracle-channel.ts';
import { HANG_UP_MS, TEAR_DOWN_MS } from './tear-down.ts';

type Scene = ReturnType<typeof createScene>;

/** Points at which a caller may give up: `reach` brings the call there and returns what lets the held step go on afterwards. */
const POINTS: Record<string, { isPatient?: boolean; reach: (scene: Scene) => () => void }> = {
  'before anything has happened': { reach: () => () => undefined },
  'while the microphone is being asked for': {
    reach: (scene) => {
      const prompt = scene.devices.ask();
      return () => prompt.grant();
    },
  },
  'while the microphone is being denied': {
    reach: (scene) => {
      const prompt = scene.devices.ask();
      return () => prompt.deny();
    },
  },
  'while the room is being made': {
    reach: (scene) => {
      const gate = scene.matrix.holdRoom();
      return () => gate.open();
    },
  },
  'while the join token is asked for': {
    reach: (scene) => {
      const held = scene.backend.hold('joinToken');
      return () => held.release();
    },
  },
  'while the event is being sent': {
    reach: (scene) => {
      const gate = scene.matrix.holdSending();
      return () => gate.open();
    },
  },
  'while the event is being sent and then fails': {
    reach: (scene) => {
      const gate = scene.matrix.holdSending();
      return () => gate.fail(new Error('the answer never came'));
    },
  },
  'while the backend syncs': {
    reach: (scene) => {
      const held = scene.backend.hold('sync');
      return () => held.release();
    },
  },
  'while the SFU is being joined': { isPatient: true, reach: (scene) => () => scene.sfu.connections[0]?.letIn() },
  'while the SFU is failing': { isPatient: true, reach: (scene) => () => scene.sfu.connections[0]?.fail() },
};

for (const [point, { isPatient = false, reach }] of Object.entries(POINTS)) {
  for (const settleFirst of [true, false]) {
    const when = settleFirst ? 'the step under way' : 'the click just made';
    test(`giving up ${point}, ${when}, is cancelled and leaves nothing open`, async () => {
      const scene = createScene({ isPatient });
      const letGo = reach(scene);
      const controller = new AbortController();
      const call = scene.placeCall(controller.signal);
      if (settleFirst) await scene.clock.settle();
      const live = expect(call.whenLive()).rejects.toThrow('changed my mind');
      controller.abort(new Error('changed my mind'));
      await scene.clock.settle();
      letGo();
      await scene.clock.settle();
      await live;
      expect(call.state).toMatchObject({ kind: 'Ended', reason: 'cancelled', error: undefined });
      expect(scene.leftOpen()).toEqual([]);
      // An event that Matrix has is ended in the record, with its id; one that it has not is not.
      if (call.callId !== undefined) {
        expect(scene.matrix.edits.at(-1)).toMatchObject({ callId: call.callId, endReason: 'cancelled' });
      } else if (!point.includes('fails')) {
        expect(scene.matrix.sent).toEqual([]);
      }
      // Late arrivals in the room change nothing.
      scene.sfu.connections[0]?.join('agent-1');
      expect(scene.leftOpen()).toEqual([]);
    });
  }
}

test('an event whose answer comes while the call is ending is still ended under its id', async () => {
  // The homeserver has the event, its answer is on the way, and the caller hangs up.
  const scene = createScene();
  const gate = scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  const ended = call.endCall();
  await scene.clock.settle();
  expect(call.state).toMatchObject({ kind: 'Ending', callId: undefined });
  expect(scene.matrix.edits).toEqual([]);
  // The answer arrives.
  gate.open();
  await ended;
  expect(call.callId).toBeDefined();
  expect(scene.matrix.edits).toEqual([expect.objectContaining({ callId: call.callId, endReason: 'cancelled' })]);
  expect(scene.backend.of('end')).toEqual([{ kind: 'end', callId: call.callId, reason: 'cancelled' }]);
  expect(scene.storage.items.size).toBe(0);
});

test('a homeserver that never answers keeps the call from ending no longer than the bound', async () => {
  const scene = createScene();
  scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  void call.endCall();
  await scene.clock.advance(TEAR_DOWN_MS - 1);
  expect(call.state.kind).toBe('Ending');
  expect(scene.sfu.last.phase).toBe('closed');
  expect(scene.matrix.sendSignal?.aborted).toBe(false);
  await scene.clock.advance(1);
  expect(call.state.kind).toBe('Ended');
  expect(scene.matrix.sendSignal?.aborted).toBe(true);
  expect(scene.leftOpen()).toEqual([]);
});

test('leaving the SFU, ending the record and telling the backend do not wait for each other', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const slow = Promise.withResolvers<void>();
  scene.sfu.last.holdClose(slow.promise);
  const held = scene.backend.hold('end');
  const ended = call.endCall();
  await scene.clock.settle();
  expect(scene.backend.of('end')).toHaveLength(1);
  expect(scene.matrix.edits.at(-1)).toMatchObject({ callStatus: 'ended' });
  expect(call.state.kind).toBe('Ending');
  held.release();
  slow.resolve();
  await ended;
  expect(call.state.kind).toBe('Ended');
});

test('hanging up twice, and once more by disposing, ends once', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const [one, other] = await Promise.all([call.endCall(), call.endCall('completed'), call[Symbol.asyncDispose]()]);
  expect(one).toBe(other);
  expect(one.reason).toBe('hangup');
  expect(scene.backend.of('end')).toHaveLength(1);
});

test('the oracle hanging up in the middle of our hanging up does not change the reason', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  const ended = call.endCall();
  scene.answer({ callStatus: 'ended', endReason: 'agent-failed' });
  expect(await ended).toMatchObject({ reason: 'hangup', error: undefined });
});

test("an answer that overtakes the response to the event is held until the call's id is known", async () => {
  // The backend has synced the event from the homeserver before the homeserver answered the caller.
  const scene = createScene();
  const gate = scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.answer({ callStatus: 'ended', endReason: 'invalid-authentication' });
  await scene.clock.settle();
  expect(call.state.kind).toBe('Connecting');
  gate.open();
  expect(await call.whenEnded()).toMatchObject({ reason: 'invalid-authentication' });
  expect(scene.leftOpen()).toEqual([]);
});

test('an offer that comes before the event is answered waits for the id, and then makes the call live', async () => {
  const scene = createScene();
  const gate = scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  scene.sfu.last.join('agent-1');
  scene.sfu.last.speak('agent-1');
  const offer = Uint8Array.of(2, 1, 7);
  scene.sfu.last.say(offer, 'agent-1');
  // The connection uses its bytes again.
  offer.fill(0);
  await scene.clock.settle();
  expect(call.state).toEqual({ kind: 'Connecting', callId: undefined, awaiting: ['event', 'oracle'] });
  expect(scene.protocol.links).toEqual([]);
  gate.open();
  await scene.clock.settle();
  expect(scene.protocol.link.options.handshake.callId).toBe(call.callId);
  expect(scene.protocol.link.received).toEqual([{ frame: Uint8Array.of(2, 1, 7), from: 'agent-1' }]);
  scene.protocol.link.confirm('agent-1');
  expect(call.state).toEqual({ kind: 'Live', callId: call.callId });
  await call.endCall();
});

test('frames that come before the link are held up to a bound, and none after the call', async () => {
  const scene = createScene();
  const gate = scene.matrix.holdSending();
  const call = scene.placeCall();
  await scene.clock.settle();
  for (let count = 0; count < 2 * HELD_FRAMES_MAX; count += 1) scene.sfu.last.say(Uint8Array.of(count), 'agent-1');
  gate.open();
  await scene.clock.settle();
  expect(scene.protocol.link.received).toHaveLength(HELD_FRAMES_MAX);
  const { link } = scene.protocol;
  await call.endCall();
  scene.sfu.last.say(Uint8Array.of(1), 'agent-1');
  expect(link.received).toHaveLength(HELD_FRAMES_MAX);
});

test('a handshake that is confirmed while the call is ending changes nothing', async () => {
  const scene = createScene();
  const call = scene.placeCall();
  await scene.clock.settle();
  const { link } = scene.protocol;
  const ended = call.endCall();
  link.confirm('agent-1');
  await ended;
  expect(call.timeline.handshake).toBeUndefined();
  expect(call.security.padlock).toBe('none');
  expect(scene.leftOpen()).toEqual([]);
});

test('an oracle that does not hear the goodbye delays leaving by no more than the bound', async () => {
  const scene = createScene();
  const call = await scene.liveCall();
  scene.protocol.link.send = () => new Promise(() => undefined);
  void call.endCall();
  await scene.clock.advance(HANG_UP_MS - 1);
  expect(scene.sfu.last.phase).toBe('connected');
  await scene.clock.advance(1);
  expect(scene.sfu.last.phase).toBe('closed');
  expect(scene.leftOpen()).toEqual([]);
});

test('an abort of a live call hangs up', async () => {
  const scene = createScene();
  const controller = new AbortController();
  const call = await scene.liveCall(controller.signal);
  controller.abort(new Error('page left'));
  expect(await call.whenEnded()).toMatchObject({ reason: 'hangup' });
  expect(scene.leftOpen()).toEqual([]);
});
