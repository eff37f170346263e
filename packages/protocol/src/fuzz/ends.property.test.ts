/**
 * The ends of a call, given what a thief of the sealing key could send: frames that were changed, and frames whose body was changed
 * and sealed again, so that the change gets behind the seal.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataReceiver } from '../data-frame/data-receiver.ts';
import { keysAt } from '../data-frame/data.fixture.ts';
import { dataNonce, encodeDataHeader } from '../data-frame/layout.ts';
import { encodePayload, type DataKind, type DataPayload } from '../data-frame/payload.ts';
import { FIRST_EPOCH, type FrameHeader, type FrameKind } from '../frame/frame-header.ts';
import { AGENT, codeOf, createEnds, fixedEntropy, testCall, USER } from '../handshake/call.fixture.ts';
import { openMessage, sealMessage } from '../handshake/sealing.ts';
import { rekeyEnds, frameOf } from '../rekey/rekey.fixture.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { createScene } from '../signed-envelope/scene.fixture.ts';
import { encodeSignedEnvelope, messageToSign, parseSignedEnvelope } from '../signed-envelope/envelope-format.ts';
import { openSignedEnvelope } from '../signed-envelope/open.ts';
import { hexToBytes } from '@noble/hashes/utils.js';
import { expectBoth, FUZZ_INPUTS, FUZZ_MAX_MS, fuzzEnd, type Tally } from './fuzz.fixture.ts';
import { mutatedBytes } from './mutated-bytes.fixture.ts';

const entropy = fixedEntropy('sealed again');

/** Changed frames, and frames sealed anew around a changed body; what is left as it was is left out. */
function changedFrames(
  frame: Uint8Array<ArrayBuffer>,
  body: Uint8Array<ArrayBuffer>,
  seal: (changed: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): fc.Arbitrary<() => Promise<Uint8Array<ArrayBuffer>>> {
  const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
  const outside = mutatedBytes([frame])
    .filter((changed) => !isSame(changed, frame))
    .map((changed) => () => Promise.resolve(changed));
  const inside = mutatedBytes([body])
    .filter((changed) => !isSame(changed, body))
    .map((changed) => () => seal(changed));
  return fc.oneof({ weight: 1, arbitrary: outside }, { weight: 4, arbitrary: inside });
}

const sealedBy = (secret: SecretBytes, kind: FrameKind, epoch: number) => (body: Uint8Array<ArrayBuffer>) =>
  sealMessage(secret, { kind, attempt: 1, epoch } satisfies FrameHeader, body, entropy);

const expectRefused = ({ accepted, refused }: Tally): void => {
  expect([accepted, refused >= FUZZ_INPUTS]).toEqual([0, true]);
};

const call = testCall();
const { callKey } = call.userOptions;

test(
  'handshake: a changed offer, accept or confirm is refused, and changes nothing',
  async () => {
    const { user, agent } = createEnds(call);
    const offer = await agent.begin({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
    const offers = changedFrames(offer, await openMessage(callKey, offer), sealedBy(callKey, 'offer', FIRST_EPOCH));
    expectRefused(await fuzzEnd(offers, async (make) => user.receive(await make(), AGENT)));
    const accepted = await user.receive(offer, AGENT);
    if (accepted.kind !== 'accepted') throw new Error(codeOf(accepted));
    const { frame: accept } = accepted;
    const accepts = changedFrames(accept, await openMessage(callKey, accept), sealedBy(callKey, 'accept', FIRST_EPOCH));
    expectRefused(await fuzzEnd(accepts, async (make) => agent.receive(await make(), USER)));
    const confirmed = await agent.receive(accept, USER);
    if (confirmed.kind !== 'confirmed') throw new Error(codeOf(confirmed));
    const { frame: confirm } = confirmed;
    const seal = sealedBy(callKey, 'confirm', FIRST_EPOCH);
    const confirms = changedFrames(confirm, await openMessage(callKey, confirm), seal);
    expectRefused(await fuzzEnd(confirms, async (make) => user.receive(await make(), AGENT)));
    expect(codeOf(await user.receive(confirm, AGENT))).toBe('confirmed');
  },
  FUZZ_MAX_MS,
);

test(
  'rekey: a changed offer, accept or confirm is refused, and changes nothing',
  async () => {
    const { user, agent, userSession } = await rekeyEnds();
    const { rekeySeal } = userSession.first;
    const offer = frameOf(await agent.begin());
    const offers = changedFrames(offer, await openMessage(rekeySeal, offer), sealedBy(rekeySeal, 'rekey-offer', 2));
    expectRefused(await fuzzEnd(offers, async (make) => user.receive(await make(), AGENT)));
    const accept = frameOf(await user.receive(offer, AGENT));
    const accepts = changedFrames(accept, await openMessage(rekeySeal, accept), sealedBy(rekeySeal, 'rekey-accept', 2));
    expectRefused(await fuzzEnd(accepts, async (make) => agent.receive(await make(), USER)));
    const confirm = frameOf(await agent.receive(accept, USER));
    const seal = sealedBy(rekeySeal, 'rekey-confirm', 2);
    const confirms = changedFrames(confirm, await openMessage(rekeySeal, confirm), seal);
    expectRefused(await fuzzEnd(confirms, async (make) => user.receive(await make(), AGENT)));
    expect(codeOf(await user.receive(confirm, AGENT))).toBe('steps');
  },
  FUZZ_MAX_MS,
);

test(
  'data: whatever is sealed under the right key is a payload or a typed refusal',
  async () => {
    const keys = keysAt(1, 1);
    const receiver = new DataReceiver('user-to-oracle');
    receiver.install(keysAt(1, 1));
    const key = await crypto.subtle.importKey('raw', keys.data['user-to-oracle'].expose(), 'AES-GCM', false, [
      'encrypt',
    ]);
    let counter = 0;
    const seal = async (kind: DataKind, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
      const clear = encodeDataHeader({ attempt: 1, epoch: 1, counter, kind });
      const algorithm = { name: 'AES-GCM', iv: dataNonce(counter), additionalData: clear };
      counter += 1;
      return Uint8Array.from([...clear, ...new Uint8Array(await crypto.subtle.encrypt(algorithm, key, body))]);
    };
    const id = '0'.repeat(32);
    const payloads: readonly DataPayload[] = [
      { id, kind: 'control', action: 'muted', isMuted: true },
      { id, kind: 'caption', speaker: 'user', segment: id, text: 'a', isFinal: true },
      { id, kind: 'chat', text: 'a', sentAt: 0 },
    ];
    const kinds = fc.constantFrom<DataKind>('control', 'caption', 'chat');
    const inputs = fc.tuple(kinds, mutatedBytes(payloads.map((payload) => encodePayload(payload))));
    expectBoth(await fuzzEnd(inputs, async ([kind, body]) => receiver.open(await seal(kind, body))));
  },
  FUZZ_MAX_MS,
);

test.each(['hpke-x25519', 'ecies-secp256k1'] as const)(
  'envelope of %s: a changed one is refused, though signed again',
  async (suite) => {
    const { opening, sealed, signer } = await createScene(suite, 'Ed25519');
    const good = encodeSignedEnvelope(sealed.envelope);
    const inputs = fc.tuple(mutatedBytes([good]), fc.boolean()).filter(([bytes]) => Buffer.compare(bytes, good) !== 0);
    const tally = await fuzzEnd(inputs, async ([bytes, isSignedAgain]) => {
      try {
        const parsed = parseSignedEnvelope(Buffer.from(bytes).toString('hex'));
        const signature = isSignedAgain ? await signer.sign(messageToSign(parsed)) : parsed.signature;
        (await openSignedEnvelope({ ...opening, envelope: { ...parsed, signature } })).destroy();
        return { kind: 'opened' };
      } catch (error) {
        return { kind: 'refused', error: error as never };
      }
    });
    expect(tally.refused).toBeGreaterThan(0);
    // Times and the commitment are the user's to say: signed again they are another envelope of the same user.
    expect(tally.accepted).toBeLessThan(tally.refused);
    expect(hexToBytes(sealed.envelopeHex)).toEqual(good);
  },
  FUZZ_MAX_MS,
);
