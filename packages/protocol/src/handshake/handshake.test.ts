import { expect, test } from 'vitest';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { DIRECTIONS } from '../key-schedule/epoch-keys.ts';
import { SecretBytes } from '../secret-bytes.ts';
import type { Signer } from '../signing/signer.ts';
import { AgentHandshake } from './agent-handshake.ts';
import {
  AGENT,
  codeOf,
  createEnds,
  ed25519Pair,
  es256kPair,
  fixedBytes,
  fixedSecret,
  shakeHands,
  testCall,
  USER,
} from './call.fixture.ts';
import { UserHandshake } from './user-handshake.ts';

const attempt = (number: number) => ({ attempt: number, userIdentity: USER, agentIdentity: AGENT });

test.each([
  ['Ed25519', ed25519Pair('identity')],
  ['ES256K', es256kPair('identity')],
])('both ends have the same keys and code after a handshake with an %s identity key', async (_name, identity) => {
  const { userSession, agentSession } = await shakeHands(createEnds(testCall('a call', identity)));
  expect(userSession).toMatchObject({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
  expect(agentSession).toMatchObject({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
  expect(userSession.comparisonCode).toMatch(/^\d{10}$/);
  expect(agentSession.comparisonCode).toBe(userSession.comparisonCode);
  const all = new Set<string>();
  for (const direction of DIRECTIONS) {
    for (const purpose of ['media', 'data'] as const) {
      const ours = Buffer.from(userSession.keys[purpose][direction].expose()).toString('hex');
      expect(Buffer.from(agentSession.keys[purpose][direction].expose()).toString('hex')).toBe(ours);
      all.add(ours);
    }
  }
  expect(all.size).toBe(4);
});

test('two handshakes of one call share nothing that can be seen or compared', async () => {
  const call = testCall();
  const first = await shakeHands(createEnds(call));
  const second = await shakeHands(createEnds(call));
  expect(second.userSession.comparisonCode).not.toBe(first.userSession.comparisonCode);
  expect(second.userSession.keys.media['user-to-oracle'].expose()).not.toEqual(
    first.userSession.keys.media['user-to-oracle'].expose(),
  );
  // Past the header, no byte of the salts is shared.
  expect(second.frames.offer.slice(10, 42)).not.toEqual(first.frames.offer.slice(10, 42));
});

/** An end that believes one thing differently; the other end's messages must not pass. */
const differences = [
  ['another context', { contextHash: fixedBytes('other') }, 'ERR_HANDSHAKE_SIGNATURE'],
  ['another envelope signature', { envelopeSignature: new Uint8Array(64) }, 'ERR_HANDSHAKE_SIGNATURE'],
  ['another call id', { callId: '$other@lk-room' }, 'ERR_HANDSHAKE_SIGNATURE'],
  ['another call key', { callKey: fixedSecret('other') }, 'ERR_HANDSHAKE_OPEN'],
] as const;

test.each(differences)('the user refuses an offer made for %s', async (_name, difference, code) => {
  const { userOptions, agentOptions } = testCall();
  const agent = new AgentHandshake({ ...agentOptions, ...difference });
  const user = new UserHandshake(userOptions);
  expect(codeOf(await user.receive(await agent.begin(attempt(1)), AGENT))).toBe(code);
  expect(user.state).toBe('waiting');
  expect(user.unanswered).toBeUndefined();
});

test('the user refuses an offer that another key signed', async () => {
  const { userOptions, agentOptions } = testCall();
  const agent = new AgentHandshake({ ...agentOptions, identitySigner: ed25519Pair('thief').signer });
  const user = new UserHandshake(userOptions);
  expect(codeOf(await user.receive(await agent.begin(attempt(1)), AGENT))).toBe('ERR_HANDSHAKE_SIGNATURE');
});

test.each([
  ['came from somebody else', AGENT, USER, 'participant-stranger'],
  ['names another agent', 'participant-stranger', USER, AGENT],
  ['names another user', AGENT, 'participant-stranger', AGENT],
])('the user refuses an offer that %s', async (_name, agentIdentity, userIdentity, sender) => {
  const { user, agent } = createEnds();
  const offer = await agent.begin({ attempt: 1, userIdentity, agentIdentity });
  expect(codeOf(await user.receive(offer, sender))).toBe('ERR_HANDSHAKE_IDENTITY');
  expect(user.state).toBe('waiting');
});

test('the agent refuses an accept from somebody else, and one that another key signed', async () => {
  const call = testCall();
  const { user, agent } = createEnds(call);
  const offer = await agent.begin(attempt(1));
  const accepted = await user.receive(offer, AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  expect(codeOf(await agent.receive(accepted.frame, 'participant-stranger'))).toBe('ERR_HANDSHAKE_IDENTITY');
  const thief = new UserHandshake({ ...call.userOptions, callSigner: ed25519Pair('thief').signer });
  const stolen = await thief.receive(offer, AGENT);
  if (stolen.kind !== 'accepted') throw new Error(stolen.kind);
  expect(codeOf(await agent.receive(stolen.frame, USER))).toBe('ERR_HANDSHAKE_SIGNATURE');
  expect(agent.state).toBe('offered');
  expect(codeOf(await agent.receive(accepted.frame, USER))).toBe('confirmed');
});

test('the agent refuses a nonce other than the one committed to in the envelope', async () => {
  const { userOptions, agentOptions } = testCall();
  const user = new UserHandshake({ ...userOptions, comparisonNonce: fixedSecret('ground') });
  const agent = new AgentHandshake(agentOptions);
  const accepted = await user.receive(await agent.begin(attempt(1)), AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  expect(codeOf(await agent.receive(accepted.frame, USER))).toBe('ERR_HANDSHAKE_COMMITMENT');
});

test('a confirm from somebody else is refused and the right one still counts', async () => {
  const { user, agent } = createEnds();
  const accepted = await user.receive(await agent.begin(attempt(1)), AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  const confirmed = await agent.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
  expect(codeOf(await user.receive(confirmed.frame, 'participant-stranger'))).toBe('ERR_HANDSHAKE_IDENTITY');
  expect(codeOf(await user.receive(confirmed.frame, AGENT))).toBe('confirmed');
});

test("a side's own messages, played back to it, are refused", async () => {
  const { user, agent } = createEnds();
  const { frames } = await shakeHands({ user, agent });
  expect(codeOf(await user.receive(frames.accept, AGENT))).toBe('ERR_HANDSHAKE_ORDER');
  expect(codeOf(await agent.receive(frames.offer, USER))).toBe('ERR_HANDSHAKE_ORDER');
  expect(codeOf(await agent.receive(frames.confirm, USER))).toBe('ERR_HANDSHAKE_ORDER');
});

test('lost messages: the same offer, accept and confirm are answered with the same bytes', async () => {
  const { user, agent } = createEnds();
  const offer = await agent.begin(attempt(1));
  expect(agent.unanswered).toEqual(offer);
  const accepted = await user.receive(offer, AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  expect(user.unanswered).toEqual(accepted.frame);
  expect(await user.receive(offer, AGENT)).toEqual({ kind: 'resend', frame: accepted.frame });
  const confirmed = await agent.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
  expect(agent.unanswered).toBeUndefined();
  expect(await agent.receive(accepted.frame, USER)).toEqual({ kind: 'resend', frame: confirmed.frame });
  expect(codeOf(await user.receive(confirmed.frame, AGENT))).toBe('confirmed');
  expect(user.unanswered).toBeUndefined();
  expect(await user.receive(confirmed.frame, AGENT)).toEqual({ kind: 'ignored' });
  expect(await user.receive(offer, AGENT)).toEqual({ kind: 'ignored' });
});

test('a second offer under the same number is refused', async () => {
  const call = testCall();
  const { user, agent } = createEnds(call);
  const other = new AgentHandshake(call.agentOptions);
  const [offer, rival] = [await agent.begin(attempt(1)), await other.begin(attempt(1))];
  expect(codeOf(await user.receive(offer, AGENT))).toBe('accepted');
  expect(codeOf(await user.receive(rival, AGENT))).toBe('ERR_HANDSHAKE_STALE');
});

test('a later attempt supersedes and wipes the earlier one, which then counts no more', async () => {
  const call = testCall();
  const { user, agent } = createEnds(call);
  const first = await shakeHands({ user, agent }, 3);
  const restarted = new AgentHandshake(call.agentOptions);
  const early = await restarted.begin({ ...attempt(2), agentIdentity: 'participant-agent-2' });
  expect(codeOf(await user.receive(early, 'participant-agent-2'))).toBe('ERR_HANDSHAKE_STALE');
  expect(first.userSession.isOver).toBe(false);

  const offer = await restarted.begin({ ...attempt(4), agentIdentity: 'participant-agent-2' });
  const accepted = await user.receive(offer, 'participant-agent-2');
  expect(accepted).toMatchObject({ kind: 'accepted', attempt: 4, agentIdentity: 'participant-agent-2' });
  expect(first.userSession.isOver).toBe(true);
  expect(first.userSession.keys.isDestroyed).toBe(true);
  expect(() => first.userSession.keys.media['user-to-oracle'].expose()).toThrow(OracleCallError);
  expect(() => first.userSession.first.master.expose()).toThrow(OracleCallError);
  expect(codeOf(await user.receive(first.frames.offer, AGENT))).toBe('ERR_HANDSHAKE_STALE');
  expect(codeOf(await user.receive(first.frames.confirm, AGENT))).toBe('ERR_HANDSHAKE_STALE');
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  expect(codeOf(await agent.receive(accepted.frame, USER))).toBe('ERR_HANDSHAKE_ORDER');
  const confirmed = await restarted.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
  expect(codeOf(await user.receive(confirmed.frame, 'participant-agent-2'))).toBe('confirmed');
});

test('the agent begins only with rising numbers, and a new attempt wipes its session', async () => {
  const { user, agent } = createEnds();
  const { agentSession, frames } = await shakeHands({ user, agent }, 2);
  await expect(agent.begin(attempt(2))).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_STALE' });
  await expect(agent.begin(attempt(1))).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_STALE' });
  expect(agentSession.isOver).toBe(false);
  await agent.begin(attempt(3));
  expect(agentSession.isOver).toBe(true);
  expect(codeOf(await agent.receive(frames.accept, USER))).toBe('ERR_HANDSHAKE_STALE');
});

test('an attempt out of bounds, or an identity that nobody can have, is misuse', async () => {
  const { agent } = createEnds();
  for (const number of [0, -1, 1.5, 1025, Number.NaN])
    await expect(agent.begin(attempt(number))).rejects.toThrow(RangeError);
  await expect(agent.begin({ ...attempt(1), agentIdentity: '' })).rejects.toThrow(RangeError);
  await expect(agent.begin({ ...attempt(1), userIdentity: 'x'.repeat(129) })).rejects.toThrow(RangeError);
  await expect(agent.begin({ ...attempt(1), userIdentity: '\u{d800}' })).rejects.toThrow(RangeError);
});

test('an end is not made with parts of a wrong length', () => {
  const { userOptions, agentOptions } = testCall();
  const short = new SecretBytes(new Uint8Array(31), 'short');
  expect(() => new UserHandshake({ ...userOptions, callKey: short })).toThrow(RangeError);
  expect(() => new UserHandshake({ ...userOptions, comparisonNonce: short })).toThrow(RangeError);
  expect(() => new UserHandshake({ ...userOptions, contextHash: new Uint8Array(33) })).toThrow(RangeError);
  expect(() => new AgentHandshake({ ...agentOptions, callKey: short })).toThrow(RangeError);
  expect(() => new AgentHandshake({ ...agentOptions, userCommitment: new Uint8Array(0) })).toThrow(RangeError);
  expect(() => new AgentHandshake({ ...agentOptions, contextHash: new Uint8Array(0) })).toThrow(RangeError);
});

test('closing wipes the session and refuses everything after, also what was under way', async () => {
  const call = testCall();
  const { user, agent } = createEnds(call);
  const { userSession, agentSession, frames } = await shakeHands({ user, agent });
  const offer = await new AgentHandshake(call.agentOptions).begin(attempt(2));
  const underWay = user.receive(offer, AGENT);
  user.close();
  user.close();
  agent.close();
  expect(codeOf(await underWay)).toBe('ERR_HANDSHAKE_CLOSED');
  expect([userSession.isOver, agentSession.isOver]).toEqual([true, true]);
  expect(codeOf(await user.receive(frames.confirm, AGENT))).toBe('ERR_HANDSHAKE_CLOSED');
  expect(codeOf(await agent.receive(frames.accept, USER))).toBe('ERR_HANDSHAKE_CLOSED');
  await expect(agent.begin(attempt(2))).rejects.toMatchObject({ code: 'ERR_HANDSHAKE_CLOSED' });
  expect(call.userOptions.callKey.length).toBe(32);
  expect(() => call.userOptions.callKey.expose()).not.toThrow();
});

test('closing while a signature is being made leaves no keys behind', async () => {
  const call = testCall();
  const agent = new AgentHandshake(call.agentOptions);
  const [asked, gate] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const slow: Signer = {
    algorithm: 'Ed25519',
    async sign(message) {
      asked.resolve(undefined);
      await gate.promise;
      return call.userOptions.callSigner.sign(message);
    },
  };
  const user = new UserHandshake({ ...call.userOptions, callSigner: slow });
  const underWay = user.receive(await agent.begin(attempt(1)), AGENT);
  await asked.promise;
  user.close();
  gate.resolve(undefined);
  expect(codeOf(await underWay)).toBe('ERR_HANDSHAKE_CLOSED');
  expect(user.unanswered).toBeUndefined();
});

test('a signer or verifier that fails is a signature that is not valid', async () => {
  const { userOptions, agentOptions } = testCall();
  const agent = new AgentHandshake(agentOptions);
  const offer = await agent.begin(attempt(1));
  const broken = new UserHandshake({
    ...userOptions,
    oracleVerifier: { algorithm: 'Ed25519', verify: () => Promise.reject(new Error('no key')) },
  });
  expect(codeOf(await broken.receive(offer, AGENT))).toBe('ERR_HANDSHAKE_SIGNATURE');
  const short = new UserHandshake({
    ...userOptions,
    callSigner: { algorithm: 'Ed25519', sign: () => new Uint8Array(63) },
  });
  expect(codeOf(await short.receive(offer, AGENT))).toBe('ERR_HANDSHAKE_SIGNATURE');
});

test('no secret of a handshake prints', async () => {
  const { user, agent } = createEnds();
  const { userSession } = await shakeHands({ user, agent });
  const key = Buffer.from(userSession.keys.data['user-to-oracle'].expose()).toString('hex');
  const printed = JSON.stringify([userSession, user, agent]);
  expect(printed).not.toContain(key);
  expect(printed).not.toContain(Buffer.from(fixedBytes('a call call key')).toString('hex'));
});

test('what a session adopted ends with it, or at once when it is over', async () => {
  const { userSession } = await shakeHands(createEnds());
  const [early, late] = [new SecretBytes(new Uint8Array(1), 'early'), new SecretBytes(new Uint8Array(1), 'late')];
  userSession.adopt(early);
  expect(() => early.expose()).not.toThrow();
  userSession.destroy();
  userSession.destroy();
  expect(() => early.expose()).toThrow('destroyed');
  userSession.adopt(late);
  expect(() => late.expose()).toThrow('destroyed');
});
