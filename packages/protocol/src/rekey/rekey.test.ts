import { expect, test } from 'vitest';
import { AGENT, codeOf, createEnds, ed25519Pair, shakeHands, testCall, USER } from '../handshake/call.fixture.ts';
import { DIRECTIONS, type EpochKeys } from '../key-schedule/epoch-keys.ts';
import { AgentRekey } from './agent-rekey.ts';
import { frameOf, namesOf, rekeyEnds, stepsOf, type RekeyEnds } from './rekey.fixture.ts';
import type { RekeyOutcome } from './rekey-step.ts';
import { UserRekey } from './user-rekey.ts';

function keysOf(outcome: RekeyOutcome): EpochKeys {
  for (const step of stepsOf(outcome)) if (step.do === 'install-receive') return step.keys;
  throw new Error('Nothing is installed.');
}

const textOf = (keys: EpochKeys): string =>
  DIRECTIONS.flatMap((direction) => [keys.media[direction], keys.data[direction]])
    .map((key) => Buffer.from(key.expose()).toString('hex'))
    .join(' ');

/** A whole rekey without an attacker, up to the end of the old keys at both ends. */
async function rekey({ user, agent }: RekeyEnds, epoch: number): Promise<string> {
  const accepted = await user.receive(frameOf(await agent.begin()), AGENT);
  const confirmed = await agent.receive(frameOf(accepted), USER);
  await user.receive(frameOf(confirmed), AGENT);
  agent.peerSwitched(epoch);
  const keys = textOf(keysOf(accepted));
  expect(textOf(keysOf(confirmed))).toBe(keys);
  user.graceOver(epoch - 1);
  agent.graceOver(epoch - 1);
  return keys;
}

test('a rekey installs, confirms, switches and retires, in this order at both ends', async () => {
  const { user, agent, userSession, agentSession } = await rekeyEnds();
  const first = textOf(userSession.keys);
  const offered = await agent.begin();
  expect(namesOf(offered)).toEqual(['send']);
  const accepted = await user.receive(frameOf(offered), AGENT);
  expect(namesOf(accepted)).toEqual(['install-receive 2', 'send']);
  const confirmed = await agent.receive(frameOf(accepted), USER);
  expect(namesOf(confirmed)).toEqual(['install-receive 2', 'send', 'switch-send 2']);
  const done = await user.receive(frameOf(confirmed), AGENT);
  expect(namesOf(done)).toEqual(['switch-send 2', 'start-grace 1']);
  expect(textOf(keysOf(accepted))).toBe(textOf(keysOf(confirmed)));
  expect(textOf(keysOf(accepted))).not.toBe(first);

  // Until the user is seen to have switched, the agent keeps what the user may still send under.
  expect(agent.state).toBe('confirmed');
  expect(agent.peerSwitched(1)).toEqual({ kind: 'ignored' });
  expect(agentSession.keys.isDestroyed).toBe(false);
  expect(namesOf(agent.peerSwitched(2))).toEqual(['start-grace 1']);
  expect(agent.peerSwitched(2)).toEqual({ kind: 'ignored' });
  expect(agent.graceOver(2)).toEqual({ kind: 'ignored' });
  expect(agentSession.keys.isDestroyed).toBe(false);
  expect(namesOf(agent.graceOver(1))).toEqual(['retire 1']);
  expect(namesOf(user.graceOver(1))).toEqual(['retire 1']);
  expect([userSession.keys.isDestroyed, agentSession.keys.isDestroyed]).toEqual([true, true]);
  expect([user.state, agent.state]).toEqual(['steady', 'steady']);
});

test("what led to an epoch is wiped with the switch, before the old keys' grace", async () => {
  const { user, agent, userSession, agentSession } = await rekeyEnds();
  const accepted = await user.receive(frameOf(await agent.begin()), AGENT);
  const confirmed = await agent.receive(frameOf(accepted), USER);
  expect(() => agentSession.first.master.expose()).toThrow('destroyed');
  expect(() => userSession.first.master.expose()).not.toThrow();
  await user.receive(frameOf(confirmed), AGENT);
  expect(() => userSession.first.master.expose()).toThrow('destroyed');
  expect(() => userSession.first.rekeySeal.expose()).toThrow('destroyed');
  expect(userSession.keys.isDestroyed).toBe(false);
});

test('rekeys are chained: epoch follows epoch, and no keys come twice', async () => {
  const ends = await rekeyEnds();
  const seen = new Set([textOf(ends.userSession.keys)]);
  for (const epoch of [2, 3, 4]) seen.add(await rekey(ends, epoch));
  expect(seen.size).toBe(4);
});

test('a next rekey may begin in the grace of the one before, and ends it', async () => {
  const { user, agent } = await rekeyEnds();
  const accepted = await user.receive(frameOf(await agent.begin()), AGENT);
  const confirmed = await agent.receive(frameOf(accepted), USER);
  await user.receive(frameOf(confirmed), AGENT);
  agent.peerSwitched(2);
  const offered = await agent.begin();
  expect(namesOf(offered)).toEqual(['retire 1', 'send']);
  expect(namesOf(await user.receive(frameOf(offered), AGENT))).toEqual(['retire 1', 'install-receive 3', 'send']);
});

test('lost messages: the same offer and accept are answered with the same bytes', async () => {
  const { user, agent } = await rekeyEnds();
  const offer = frameOf(await agent.begin());
  expect(agent.unanswered).toEqual(offer);
  const accept = frameOf(await user.receive(offer, AGENT));
  expect(user.unanswered).toEqual(accept);
  const again = await user.receive(offer, AGENT);
  expect(namesOf(again)).toEqual(['send']);
  expect(frameOf(again)).toEqual(accept);
  const confirm = frameOf(await agent.receive(accept, USER));
  const confirmAgain = await agent.receive(accept, USER);
  expect(namesOf(confirmAgain)).toEqual(['send']);
  expect(frameOf(confirmAgain)).toEqual(confirm);
  expect(codeOf(await user.receive(confirm, AGENT))).toBe('steps');
  for (const frame of [confirm, offer]) expect(await user.receive(frame, AGENT)).toEqual({ kind: 'ignored' });
  expect([user.unanswered, agent.unanswered]).toEqual([undefined, undefined]);
  agent.peerSwitched(2);
  expect(await agent.receive(accept, USER)).toEqual({ kind: 'ignored' });
  user.graceOver(1);
  agent.graceOver(1);
  expect(codeOf(await user.receive(offer, AGENT))).toBe('ERR_HANDSHAKE_STALE');
  expect(codeOf(await user.receive(confirm, AGENT))).toBe('ERR_HANDSHAKE_STALE');
  expect(codeOf(await agent.receive(accept, USER))).toBe('ERR_HANDSHAKE_STALE');
});

test('no rekey begins before the one before is finished', async () => {
  const { user, agent } = await rekeyEnds();
  const offered = await agent.begin();
  expect(codeOf(await agent.begin())).toBe('ERR_HANDSHAKE_ORDER');
  const accepted = await user.receive(frameOf(offered), AGENT);
  await agent.receive(frameOf(accepted), USER);
  expect(codeOf(await agent.begin())).toBe('ERR_HANDSHAKE_ORDER');
});

test('a rekey that another key signed is refused at either end, and changes nothing', async () => {
  const thief = ed25519Pair('thief');
  const forgedOffer = await rekeyEnds({ agent: { identitySigner: thief.signer } });
  const offer = frameOf(await forgedOffer.agent.begin());
  expect(codeOf(await forgedOffer.user.receive(offer, AGENT))).toBe('ERR_HANDSHAKE_SIGNATURE');
  expect(forgedOffer.user.state).toBe('steady');
  const forgedAccept = await rekeyEnds({ user: { callSigner: thief.signer } });
  const accepted = await forgedAccept.user.receive(frameOf(await forgedAccept.agent.begin()), AGENT);
  expect(codeOf(await forgedAccept.agent.receive(frameOf(accepted), USER))).toBe('ERR_HANDSHAKE_SIGNATURE');
  expect(forgedAccept.agent.state).toBe('offered');
});

test('rekey messages from somebody else, of another attempt or of the own side are refused', async () => {
  const { user, agent } = await rekeyEnds();
  const offer = frameOf(await agent.begin());
  expect(codeOf(await user.receive(offer, 'participant-stranger'))).toBe('ERR_HANDSHAKE_IDENTITY');
  expect(codeOf(await agent.receive(offer, USER))).toBe('ERR_HANDSHAKE_ORDER');
  const later = Uint8Array.from(offer);
  later[5] = 2;
  expect(codeOf(await user.receive(later, AGENT))).toBe('ERR_HANDSHAKE_ORDER');
  const accept = frameOf(await user.receive(offer, AGENT));
  expect(codeOf(await user.receive(accept, AGENT))).toBe('ERR_HANDSHAKE_ORDER');
  expect(codeOf(await agent.receive(accept, 'participant-stranger'))).toBe('ERR_HANDSHAKE_IDENTITY');
});

test('a message of an earlier attempt does not reach a later session', async () => {
  const call = testCall('rekey');
  const ends = createEnds(call);
  const first = await shakeHands(ends, 1);
  const { identitySigner, callVerifier } = call.agentOptions;
  const offer = frameOf(await new AgentRekey({ session: first.agentSession, identitySigner, callVerifier }).begin());
  const second = await shakeHands(ends, 2);
  const { callSigner, oracleVerifier } = call.userOptions;
  const user = new UserRekey({ session: second.userSession, callSigner, oracleVerifier });
  expect(codeOf(await user.receive(offer, AGENT))).toBe('ERR_HANDSHAKE_STALE');
});

test('an offer of an epoch that is not the next is out of order', async () => {
  const { user, agent } = await rekeyEnds();
  const offer = frameOf(await agent.begin());
  const later = Uint8Array.from(offer);
  later[9] = 3;
  expect(codeOf(await user.receive(later, AGENT))).toBe('ERR_HANDSHAKE_ORDER');
  const earlier = Uint8Array.from(offer);
  earlier[9] = 1;
  expect(codeOf(await user.receive(earlier, AGENT))).toBe('ERR_HANDSHAKE_STALE');
});

test('the end of a session wipes every epoch of its rekey and refuses what follows', async () => {
  const ends = await rekeyEnds();
  const accepted = await ends.user.receive(frameOf(await ends.agent.begin()), AGENT);
  const next = keysOf(accepted);
  ends.userSession.destroy();
  ends.agentSession.destroy();
  expect(next.isDestroyed).toBe(true);
  expect([ends.user.state, ends.agent.state]).toEqual(['closed', 'closed']);
  expect(codeOf(await ends.agent.receive(frameOf(accepted), USER))).toBe('ERR_HANDSHAKE_CLOSED');
  expect(codeOf(await ends.user.receive(frameOf(accepted), USER))).toBe('ERR_HANDSHAKE_ORDER');
  expect(codeOf(await ends.agent.begin())).toBe('ERR_HANDSHAKE_CLOSED');
  expect(ends.user.graceOver(1)).toEqual({ kind: 'ignored' });
  expect(ends.agent.peerSwitched(2)).toEqual({ kind: 'ignored' });
});

test('the end of a session under a check that is under way is a refusal', async () => {
  const ends = await rekeyEnds();
  const offer = frameOf(await ends.agent.begin());
  const underWay = ends.user.receive(offer, AGENT);
  ends.userSession.destroy();
  expect(codeOf(await underWay)).toBe('ERR_HANDSHAKE_CLOSED');
});
