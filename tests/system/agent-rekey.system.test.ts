import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLyingSfu, type LyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { AgentScene } from './agent/agent-scene.ts';
import type { LogLine } from './agent/agent-stack.ts';
import { CallerFrameKeys } from './agent/caller-keys.ts';
import { DeafWatch } from './agent/deaf-watch.ts';
import type { ScriptedCall } from './agent/fake-backend.ts';
import type { TestCaller } from './agent/test-caller.ts';
import { until } from './agent/until.ts';

const REKEY_SECONDS = 25;
/** `PREVIOUS_KEY_GRACE_MS` of the protocol, and a moment. */
const GRACE_OVER_MS = 11_000;
/** Longest time in which sound may come over a rekey that does not open, in ms: a jitter buffer on a busy machine. */
const DEAF_MAX_MS = 600;
/** Before a rekey, in ms: so that the question of two seconds lasts beyond it. */
const ASKED_BEFORE_MS = 1_000;
/** Before a rekey, in ms: so that the oracle has begun with its long answer, and is not through. */
const WRITTEN_BEFORE_MS = 4_000;
/** What was heard is recognised and logged well within this time, in ms. */
const RECOGNISED_MS = 4_000;

let scene: AgentScene;
/** Between the agent and the media server. */
let relay: LyingSfu;

beforeAll(async () => {
  scene = await AgentScene.open({
    graceMs: 4_000,
    rekeySeconds: REKEY_SECONDS,
    agentSfuUrl: async ({ url }) => (relay = await startLyingSfu(url)).url,
  });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
});

const ofCall = (call: ScriptedCall) => (line: LogLine) => line['callId'] === call.callId;

function linesOf(call: ScriptedCall, msg: string): readonly LogLine[] {
  return scene.stack.log.filter((line) => line.msg === msg && ofCall(call)(line));
}

const timeOf = (line: LogLine | undefined): number => Date.parse(String(line?.['at']));
const untilTime = (at: number): Promise<void> => systemClock.sleep(Math.max(0, at - systemClock.now()));

function keysOf(caller: TestCaller): CallerFrameKeys {
  const { frameKeys } = caller.link;
  if (!(frameKeys instanceof CallerFrameKeys)) throw new Error('a caller with media keys expected');
  return frameKeys;
}

/** Waits until both ends have gone on to as many epochs, and checks that they are the same. */
async function rekeyed(caller: TestCaller, call: ScriptedCall, count: number): Promise<LogLine> {
  await until(() => linesOf(call, 'keys renewed').length === count, 'the agent renews the keys');
  await until(() => caller.link.epochs.length === count, 'the caller renews the keys');
  expect(linesOf(call, 'keys renewed').map((line) => line['epoch'])).toEqual(caller.link.epochs);
  const line = linesOf(call, 'keys renewed').at(-1);
  if (line === undefined) throw new Error('unreachable');
  return line;
}

const said = (caller: TestCaller): string =>
  caller.link.captions
    .filter(({ speaker, isFinal }) => speaker === 'user' && isFinal)
    .map(({ text }) => text.toLowerCase())
    .join(' ');

/** Says the question, and tells whether the agent made it out. */
async function isHeard(caller: TestCaller): Promise<boolean> {
  caller.link.payloads.length = 0;
  await caller.say(scene.question);
  try {
    await until(() => said(caller).includes('capital'), 'the question is made out', RECOGNISED_MS);
    return true;
  } catch {
    return false;
  }
}

async function statisticsAtTheEnd(caller: TestCaller, call: ScriptedCall): Promise<LogLine> {
  await caller.link.control('hang-up');
  return scene.stack.logged('call statistics', 0, ofCall(call));
}

it('renews its keys twice in a call: both sides are heard throughout, both are in the same epoch, old slots are empty after the grace', async () => {
  const from = scene.stack.log.length;
  const call = await scene.stack.dispatch();
  await using caller = await scene.join(call);
  const agent = await scene.greeted(caller, from, call);
  await using watch = new DeafWatch(caller.room);

  // The user speaks over the first rekey.
  const confirmed = await scene.stack.logged('handshake confirmed', from, ofCall(call));
  await untilTime(timeOf(confirmed) + REKEY_SECONDS * 1000 - ASKED_BEFORE_MS);
  const asking = caller.say(scene.question);
  const first = await rekeyed(caller, call, 1);
  await asking;
  expect(keysOf(caller).occupied).toHaveLength(2);
  await until(() => said(caller).includes('capital'), 'the question, as the agent heard it');
  expect(said(caller)).toContain('france');

  // The oracle speaks over the second.
  await untilTime(timeOf(first) + REKEY_SECONDS * 1000 - WRITTEN_BEFORE_MS);
  caller.forget();
  await caller.link.write('What is the comparison code?');
  const second = timeOf(await rekeyed(caller, call, 2));
  await until(() => (caller.lastAudibleAt.get(agent) ?? 0) > second + 1_000, 'the oracle goes on speaking', 5_000);
  expect(caller.firstAudibleAt.get(agent)).toBeLessThan(second);

  await untilTime(second + GRACE_OVER_MS);
  expect(keysOf(caller).occupied).toEqual([keysOf(caller).sendingSlot]);
  expect(watch.longestMs).toBeLessThanOrEqual(DEAF_MAX_MS);
  expect(caller.link.attempts).toHaveLength(1);
  expect(linesOf(call, 'sound does not open')).toEqual([]);
  expect(await statisticsAtTheEnd(caller, call)).toMatchObject({ encrypted: true });
});

it('renews its keys when its own connection was mended; what is sealed as before is not heard after the grace, nor called encrypted', async () => {
  const from = scene.stack.log.length;
  const call = await scene.stack.dispatch();
  await using caller = await scene.join(call);
  const agent = await scene.greeted(caller, from, call);
  relay.connections.find(({ isOpen }) => isOpen)?.cut();
  await scene.stack.logged('connection mended', from, ofCall(call));
  const renewed = timeOf(await rekeyed(caller, call, 1));
  expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);

  const [old, current] = keysOf(caller).sent;
  if (old === undefined || current === undefined) throw new Error('two keys expected');
  await untilTime(renewed + GRACE_OVER_MS);
  await keysOf(caller).sealWith(old);
  expect(await isHeard(caller)).toBe(false);
  await keysOf(caller).sealWith(current);
  expect(await isHeard(caller)).toBe(true);
  expect(caller.link.attempts).toHaveLength(1);
  expect(await statisticsAtTheEnd(caller, call)).toMatchObject({ encrypted: false });
});

it('begins a new attempt with a user who joins anew under the same identity, and is deaf to the keys of before', async () => {
  const from = scene.stack.log.length;
  const call = await scene.stack.dispatch();
  await using before = await scene.join(call);
  await scene.greeted(before, from, call);
  const [old] = keysOf(before).sent;
  if (old === undefined) throw new Error('a key expected');
  await using caller = await scene.join(call);
  expect((await caller.link.confirmed()).attempt).toBe(2);
  const agent = await scene.agentIn(caller);
  expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
  const [current] = keysOf(caller).sent;
  if (current === undefined) throw new Error('a key expected');
  expect(current.key).not.toEqual(old.key);

  await keysOf(caller).sealWith(old);
  expect(await isHeard(caller)).toBe(false);
  await keysOf(caller).sealWith(current);
  expect(await isHeard(caller)).toBe(true);
  expect(call.updates).toEqual([]);
});
