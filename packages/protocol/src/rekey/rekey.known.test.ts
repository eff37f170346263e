import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/rekey.json' with { type: 'json' };
import { comparisonCode } from '../comparison-code/comparison-code.ts';
import { CallSession } from '../handshake/call-session.ts';
import { codeOf } from '../handshake/call.fixture.ts';
import { listedEntropy } from '../kem/listed-entropy.fixture.ts';
import { Epoch } from '../key-schedule/key-schedule.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { createEd25519Signer, createEd25519Verifier } from '../signing/ed25519.ts';
import { AgentRekey } from './agent-rekey.ts';
import { frameOf, stepsOf } from './rekey.fixture.ts';
import { UserRekey } from './user-rekey.ts';

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');
const { attempt, userIdentity, agentIdentity } = vectors;

function session(): CallSession {
  const { chainKeyHex, sharedSecretHex, transcriptHex } = vectors.first;
  const transcript = hexToBytes(transcriptHex);
  const secrets = { chainKey: secret(chainKeyHex), sharedSecret: secret(sharedSecretHex) };
  const code = comparisonCode({ transcript, userNonce: transcript, agentNonce: transcript });
  const facts = { userIdentity, agentIdentity, comparisonCode: code, hearing: HEARD_HERE };
  return new CallSession(new Epoch({ ...secrets, transcript, attempt, epoch: 1 }), facts);
}

function ends() {
  const agentRandom = vectors.exchanges.flatMap(({ offer, confirm }) => [
    offer.seedHex,
    offer.saltHex,
    confirm.saltHex,
  ]);
  const userRandom = vectors.exchanges.flatMap(({ accept }) => [accept.encapsulationRandomHex, accept.saltHex]);
  const agent = new AgentRekey({
    session: session(),
    identitySigner: createEd25519Signer(secret(vectors.identityPrivateKeyHex)),
    callVerifier: createEd25519Verifier(hexToBytes(vectors.callPublicKeyHex)),
    entropy: listedEntropy(agentRandom),
  });
  const user = new UserRekey({
    session: session(),
    callSigner: createEd25519Signer(secret(vectors.callPrivateKeyHex)),
    oracleVerifier: createEd25519Verifier(hexToBytes(vectors.identityPublicKeyHex)),
    entropy: listedEntropy(userRandom),
  });
  return { user, agent };
}

test('every message and key of chained rekeys is the same', async () => {
  const { user, agent } = ends();
  expect(vectors.exchanges.map(({ epoch }) => epoch)).toEqual([2, 3]);
  for (const { epoch, offer, accept, confirm, keys } of vectors.exchanges) {
    const offered = frameOf(await agent.begin());
    expect(bytesToHex(offered)).toBe(offer.frameHex);
    const accepted = await user.receive(offered, agentIdentity);
    expect(bytesToHex(frameOf(accepted))).toBe(accept.frameHex);
    const confirmed = await agent.receive(frameOf(accepted), userIdentity);
    expect(bytesToHex(frameOf(confirmed))).toBe(confirm.frameHex);
    await user.receive(frameOf(confirmed), agentIdentity);
    for (const outcome of [accepted, confirmed]) {
      const step = stepsOf(outcome).find((one) => one.do === 'install-receive');
      if (step?.do !== 'install-receive') throw new Error('Nothing is installed.');
      expect(bytesToHex(step.keys.media['user-to-oracle'].expose())).toBe(keys.mediaUserToOracleHex);
      expect(bytesToHex(step.keys.data['oracle-to-user'].expose())).toBe(keys.dataOracleToUserHex);
    }
    agent.peerSwitched(epoch);
    agent.graceOver(epoch - 1);
    user.graceOver(epoch - 1);
  }
});

test.each(vectors.rejected)('$name', async ({ to, after, sender, frameHex, code }) => {
  const { user, agent } = ends();
  if (after === 'offer') await user.receive(frameOf(await agent.begin()), agentIdentity);
  const end = to === 'user' ? user : agent;
  const state = end.state;
  expect(codeOf(await end.receive(hexToBytes(frameHex), sender))).toBe(code);
  expect(end.state).toBe(state);
});
