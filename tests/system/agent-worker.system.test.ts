import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentScene } from './agent/agent-scene.ts';
import type { AgentStack, LogLine } from './agent/agent-stack.ts';
import type { ScriptedCall } from './agent/fake-backend.ts';
import { LIES } from './agent/lies.ts';
import type { LieName } from './agent/lies.ts';
import { createIxoUser } from './agent/sealed-call.ts';
import type { CallSecrets } from './agent/sealed-call.ts';
import { TestCaller } from './agent/test-caller.ts';
import { until } from './agent/until.ts';
import type { VanishingCallerInput } from './agent/vanishing-caller.ts';

/** Short, so that a test need not wait the real 15 s; long enough to come back in. */
const GRACE_MS = 4_000;
/** From the end of a job's process until its agent is out of the room, in ms. */
const DEAD_AGENT_MAX_MS = 5_000;
let scene: AgentScene;
let stack: AgentStack;

beforeAll(async () => {
  scene = await AgentScene.open({ graceMs: GRACE_MS });
  ({ stack } = scene);
});

afterAll(() => scene[Symbol.asyncDispose]());

const isInRoom = async (call: ScriptedCall, identity: string): Promise<boolean> =>
  (await stack.rooms.listParticipants(call.sfuRoomName)).some((one) => one.identity === identity);

/** What the SFU itself says: a caller who joins while an agent leaves may miss the news. */
const hasAgent = async (call: ScriptedCall): Promise<boolean> =>
  (await stack.rooms.listParticipants(call.sfuRoomName)).some((one) => one.identity.startsWith('a-'));

function startVanishing(call: ScriptedCall): ChildProcess {
  const script = fileURLToPath(new URL('./agent/vanishing-caller.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { url, apiKey, apiSecret } = stack.sfu;
  const input: VanishingCallerInput = {
    sfu: { url, apiKey, apiSecret },
    sfuRoomName: call.sfuRoomName,
    identity: call.userIdentity,
    ...secretsOf(call),
  };
  child.stdin?.end(JSON.stringify(input));
  return child;
}

/** What the caller in another process has to know. */
function secretsOf({
  callId,
  envelopeHex,
  keys,
}: ScriptedCall): Omit<VanishingCallerInput, 'sfu' | 'sfuRoomName' | 'identity'> {
  if (keys.protocol !== 'strict') throw new Error('a signed call expected');
  const { callKey, comparisonNonce, callPrivateKey } = keys.secrets as CallSecrets;
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return {
    callId,
    envelopeHex,
    callKeyHex: hexOf(callKey.expose()),
    comparisonNonceHex: hexOf(comparisonNonce.expose()),
    callPrivateKeyHex: hexOf(callPrivateKey.expose()),
    oraclePublicKeyHex: hexOf(stack.oracle.keys.identityKey.publicKey),
  };
}

async function vanish(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const statisticsOf = (call: ScriptedCall, from: number): Promise<LogLine> =>
  stack.logged('call statistics', from, (line) => line['callId'] === call.callId);

describe('the agent in an encrypted call', () => {
  it('greets, hears the question, answers aloud, and leaves when the user hangs up', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch((script) => (script.lateClaims = 2));
    await using caller = await scene.join(call);
    await using eavesdropper = await TestCaller.join({
      sfu: stack.sfu,
      sfuRoomName: call.sfuRoomName,
      identity: 'eavesdropper',
      isPlaintext: true,
    });
    const agent = await scene.greeted(caller, from, call);
    eavesdropper.forget();
    const heard = await scene.ask(caller, agent);
    expect(heard.split(' ').length).toBeGreaterThan(2);
    expect(call.requests).toEqual(['claim', 'claim', 'claim', 'key']);

    // The keyless third participant was there the whole time: it received the agent's packets, and understood nothing.
    await until(() => eavesdropper.soundOf(agent).length > 0, 'packets for the eavesdropper');
    const overheard = (await scene.recogniser.transcribe(eavesdropper.soundOf(agent))).text.toLowerCase();
    for (const word of heard.toLowerCase().match(/[a-z]{5,}/g) ?? []) expect(overheard).not.toContain(word);
    // LiveKit itself shows the dispatch name; nothing comes from the agent.
    expect(eavesdropper.others.filter((other) => !other.startsWith('attribute lk.agent_name='))).toEqual([]);
    expect(caller.others.filter((other) => !other.startsWith('attribute lk.agent_name='))).toEqual([]);

    await caller.close();
    await until(async () => !(await isInRoom(call, agent)), 'the agent leaves', 5_000);
    expect(call.updates).toEqual([]);

    const evidence = { isMarkedEncrypted: true, hasCryptor: true, isKeySet: true, isRoomEncrypted: true };
    expect(await statisticsOf(call, from)).toMatchObject({
      encrypted: true,
      protocol: 'strict',
      dropped: [],
      tracks: [
        { direction: 'sent', kind: 'audio', encrypted: true, ...evidence },
        { direction: 'received', kind: 'audio', encrypted: true, ...evidence },
      ],
    });
  });

  it('shows both ends one comparison code, captions both sides, and takes chat and interruptions', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    await using caller = await scene.join(call);
    const agent = await scene.greeted(caller, from, call);
    const { comparisonCode } = await caller.link.confirmed();
    // An offer that overtakes the news of its sender is refused and sent again.
    const events = caller.link.events.filter((event) => event !== 'refused ERR_DATA_SENDER');
    expect(events).toEqual(['confirmed 1', 'peer-ready']);

    caller.forget();
    await caller.link.write('What is the comparison code?');
    await until(() => caller.audibleFrom(agent), 'the answer to a written question');
    const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const digits = (text: string): string =>
      (text.toLowerCase().match(/[a-z]+/g) ?? [])
        .flatMap((word) => (words.includes(word) ? words.indexOf(word) : []))
        .join('');
    const captionOf = (speaker: 'user' | 'oracle'): string =>
      caller.link.captions
        .filter((one) => one.speaker === speaker && one.isFinal)
        .map(({ text }) => text)
        .join(' ');
    await until(() => digits(captionOf('oracle')) === comparisonCode, 'the code, spoken and captioned');
    const states = (): string[] =>
      caller.link.payloads.flatMap((one) => (one.kind === 'control' && one.action === 'oracle-state' ? one.state : []));
    expect(states()).toContain('speaking');

    await caller.link.control('interrupt');
    await until(() => states().at(-1) === 'listening', 'silence when asked for');
    await scene.quiet(caller, agent);
    caller.link.payloads.length = 0;
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    expect(captionOf('user').toLowerCase()).toContain('capital');
    expect(captionOf('oracle').length).toBeGreaterThan(0);

    await caller.link.control('hang-up');
    await until(async () => !(await isInRoom(call, agent)), 'the agent leaves', 5_000);
    expect(call.updates).toEqual([]);
  });

  it('does not listen to a participant that is not the user', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    await using caller = await scene.join(call);
    await scene.greeted(caller, from, call);
    await using plain = await TestCaller.join({
      sfu: stack.sfu,
      sfuRoomName: call.sfuRoomName,
      identity: 'keyless',
      isPlaintext: true,
    });
    await stack.logged('publication refused', from, (line) => line['reason'] === 'stranger');
    await plain.say(scene.question);
    // Recognition takes about a second; anything heard would be logged well within this time.
    await systemClock.sleep(5_000);
    expect(stack.log.slice(from).filter((line) => line.msg === 'user said something')).toEqual([]);
  });

  it("does not hear the user's own audio when it is not encrypted", async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    const { sfuRoomName, userIdentity: identity, keys } = call;
    // The user has all keys, and a client (or an SFU) that sends the voice in the clear all the same.
    await using caller = await TestCaller.join({ sfu: stack.sfu, sfuRoomName, identity, keys, isPlaintext: true });
    await stack.logged('handshake confirmed', from);
    await stack.logged('call set up', from);
    await caller.say(scene.question);
    const line = await stack.logged('sound does not open', from);
    expect(line).toMatchObject({ code: 'ERR_MEDIA_UNDECRYPTABLE', participantIdentity: identity });
    const mine = stack.log.slice(from).filter((one) => one['callId'] === call.callId);
    expect(mine.filter((one) => one.msg === 'user said something')).toEqual([]);
    await caller.close();
    expect(await statisticsOf(call, from)).toMatchObject({ encrypted: false });
  });

  it('does not call a call encrypted in which a moment of plaintext came, however short', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    const { sfuRoomName, userIdentity: identity, keys } = call;
    await using caller = await TestCaller.join({ sfu: stack.sfu, sfuRoomName, identity, keys, isPlaintext: true });
    await stack.logged('call set up', from);
    await caller.say(scene.question);
    await caller.close();
    // Too short for the watch that tells of it while it lasts.
    const line = await statisticsOf(call, from);
    expect(line).toMatchObject({ encrypted: false });
    expect(line['tracks']).toContainEqual(
      expect.objectContaining({ direction: 'received', hasCryptor: true, isKeySet: true, openedSamples: 0 }),
    );
    const mine = stack.log.slice(from).filter((one) => one['callId'] === call.callId);
    expect(mine.filter((one) => one.msg === 'sound does not open')).toEqual([]);
  });

  it('says nothing to a user who has not the call’s keys, and hears nothing', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    await using caller = await TestCaller.join({
      sfu: stack.sfu,
      sfuRoomName: call.sfuRoomName,
      identity: call.userIdentity,
      isPlaintext: true,
    });
    await stack.logged('handshake offered', from);
    await caller.say(scene.question);
    await until(() => call.updates.length > 0, 'the report');
    expect(call.updates).toEqual([{ callStatus: 'ended', endReason: 'agent-failed' }]);
    const mine = stack.log.slice(from).filter((line) => line['callId'] === call.callId);
    expect(mine.filter((line) => line['code'] === 'ERR_HANDSHAKE_TIMEOUT')).toHaveLength(1);
    expect(mine.filter((line) => line.msg === 'user said something')).toEqual([]);
    expect([...caller.firstAudibleAt.keys()]).toEqual([]);
    expect(await statisticsOf(call, from)).toMatchObject({ encrypted: false });
  });
});

describe('the agent without a key', () => {
  it.each(Object.keys(LIES) as LieName[])(
    'reports invalid-authentication when the backend lies (%s), and leaves without a sound',
    async (name) => {
      const lie = LIES[name];
      const from = stack.log.length;
      const call = await stack.dispatch((script) => lie.tell(script, stack.oracle));
      await using caller = await scene.join(call);
      await until(() => call.updates.length > 0, 'the report');
      expect(call.updates).toEqual([{ callStatus: 'ended', endReason: 'invalid-authentication' }]);
      const line = await stack.logged('the sealed key is refused', from, (one) => one['callId'] === call.callId);
      expect(line['code']).toBe(lie.code);
      await until(async () => !(await hasAgent(call)), 'the agent leaves');
      expect([...caller.firstAudibleAt.keys()]).toEqual([]);
    },
  );

  it('reports invalid-authentication when the user’s DID shows another key than before', async () => {
    const signer = await createIxoUser(stack.documentsDir, 'alice');
    const first = await stack.dispatch(undefined, { signer });
    await using caller = await scene.join(first);
    await scene.agentIn(caller);
    await caller.link.confirmed();
    await caller.close();
    const impostor = await createIxoUser(stack.documentsDir, 'alice');
    const from = stack.log.length;
    const second = await stack.dispatch(undefined, { signer: impostor });
    await using other = await scene.join(second);
    const line = await stack.logged('the sealed key is refused', from);
    expect(line['code']).toBe('ERR_KEY_CHANGED');
    await until(() => second.updates.length > 0, 'the report');
    expect(second.updates).toEqual([{ callStatus: 'ended', endReason: 'invalid-authentication' }]);
    expect([...other.firstAudibleAt.keys()]).toEqual([]);
  });

  it.each(['ERR_AUTH_INVALID_AUTHENTICATION', 'ERR_CALL_NOT_FOUND'] as const)(
    'stays out and logs why when the key request is refused with %s',
    async (code) => {
      const from = stack.log.length;
      const call = await stack.dispatch((script) => (script.refuseKeyWith = code));
      await using caller = await scene.join(call);
      const line = await stack.logged('key request failed; staying out', from);
      expect(line['code']).toBe(code);
      await stack.logged('job over', from, (one) => one['pid'] === line['pid']);
      await until(async () => !(await hasAgent(call)), 'the agent leaves');
      expect(call.updates).toEqual([]);
      expect([...caller.firstAudibleAt.keys()]).toEqual([]);
    },
  );

  it('stays out when its ticket is not accepted', async () => {
    const from = stack.log.length;
    await stack.dispatch((script) => (script.isTicketUsed = true));
    const line = await stack.logged('call not claimed; staying out', from);
    expect(line['code']).toBe('ERR_CALL_TICKET');
  });
});

describe('the agent when somebody vanishes', () => {
  it('is silent, waits, and ends the call as connection-lost when the user does not come back', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    const child = startVanishing(call);
    await once(child.stdout ?? child, 'data');
    await vanish(child);
    const { pid } = await stack.logged('user left', from, (line) => line['isDeliberate'] === false);
    expect(call.updates).toEqual([]);
    await until(() => call.updates.length > 0, 'the report', GRACE_MS + 10_000);
    expect(call.updates).toEqual([{ callStatus: 'ended', endReason: 'connection-lost' }]);
    await stack.logged('job over', from, (line) => line['pid'] === pid);
  });

  it('goes on when the same user is back in time', async () => {
    const from = stack.log.length;
    const call = await stack.dispatch();
    const child = startVanishing(call);
    await once(child.stdout ?? child, 'data');
    await stack.logged('call set up', from);
    await vanish(child);
    await stack.logged('user left', from, (line) => line['isDeliberate'] === false);
    await using caller = await scene.join(call);
    const agent = await scene.agentIn(caller);
    expect((await caller.link.confirmed()).attempt).toBe(2);
    await stack.logged('handshake confirmed', from, (line) => line['attempt'] === 2);
    expect((await scene.ask(caller, agent)).length).toBeGreaterThan(0);
    expect(call.updates).toEqual([]);
    await caller.close();
    // Between the two handshakes nobody had a key, and nothing went unsealed.
    expect(await statisticsOf(call, from)).toMatchObject({ encrypted: true });
  });

  it('loses one call only, when the process of one call is killed', async () => {
    const from = stack.log.length;
    const [first, second] = [await stack.dispatch(), await stack.dispatch()];
    await using one = await scene.join(first);
    await using other = await scene.join(second);
    await scene.greeted(one, from, first);
    const agent = await scene.greeted(other, from, second);
    const { pid } = await stack.logged('job accepted', from, (line) => line['sfuRoomName'] === first.sfuRoomName);
    const dead = await scene.agentIn(one);
    process.kill(Number(pid), 'SIGKILL');
    // Its worker takes it out of the room; LiveKit by itself would keep it there for some 20 s.
    await until(async () => !(await isInRoom(first, dead)), 'the dead agent is gone', DEAD_AGENT_MAX_MS);
    expect(await isInRoom(first, first.userIdentity)).toBe(true);
    expect((await scene.ask(other, agent)).length).toBeGreaterThan(0);
    expect(second.updates).toEqual([]);
    // The speech host belongs to all calls, and has noticed nothing.
    expect(stack.log.filter((line) => line.msg.startsWith('speech host'))).toEqual([]);
  });
});

describe('the log of the agent', () => {
  it('holds no ticket, no key and nothing that was said', () => {
    for (const call of stack.backend.calls) {
      expect(stack.output).not.toContain(call.ticket);
      const callKey = call.keys.protocol === 'strict' ? call.keys.secrets.callKey : call.keys.callKey;
      expect(stack.output).not.toContain(Buffer.from(callKey.expose()).toString('hex'));
      expect(stack.output).not.toContain(call.envelopeHex);
    }
    expect(stack.output.toLowerCase()).not.toContain('capital');
    for (const secret of stack.secrets) expect(stack.output).not.toContain(secret);
  });

  it('says of one process alone that it died: of the one that was killed', () => {
    const died = stack.log.filter((line) => line.msg === 'job process died');
    expect(died).toEqual([expect.objectContaining({ level: 'warn', exitCode: 'none', signal: 'SIGKILL' })]);
  });

  it('names the call in every line of a job after the claim', () => {
    const unclaimed = new Set(['job process waits', 'job accepted', 'call not claimed; staying out']);
    const refused = stack.log.find((line) => line.msg === 'call not claimed; staying out')?.['pid'];
    const lines = stack.log.filter((line) => line['part'] === 'agent-job' && line['pid'] !== refused);
    expect(lines.length).toBeGreaterThan(20);
    const calls = new Set<unknown>(stack.backend.calls.map(({ callId }) => callId));
    for (const line of lines) if (!unclaimed.has(line.msg)) expect(calls.has(line['callId'])).toBe(true);
  });
});
