/** Messages of a handshake that must be refused. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { FrameKind } from '../../src/frame/frame-header.ts';
import {
  AGENT,
  ed25519Pair,
  fixedBytes,
  fixedEntropy,
  fixedSecret,
  flipBit,
  USER,
} from '../../src/handshake/call.fixture.ts';
import {
  encodeAccept,
  encodeConfirm,
  encodeOffer,
  type Accept,
  type Confirm,
  type Offer,
} from '../../src/handshake/messages.ts';
import { encodeHearing, HEARING_MAX_BYTES } from '../../src/hearing/hearing-layout.ts';
import { sealMessage } from '../../src/handshake/sealing.ts';
import { offerHash, transcriptHash } from '../../src/handshake/transcript.ts';
import type { SecretBytes } from '../../src/secret-bytes.ts';
import { signHash } from '../../src/signing/signed-hash.ts';
import type { Signer } from '../../src/signing/signer.ts';
import type { makeCall } from './handshake.ts';

type MadeCall = Awaited<ReturnType<typeof makeCall>>;
type Bytes = Uint8Array<ArrayBuffer>;

const hex = bytesToHex;

/** Messages to the user or the agent that must be refused, each a change of the accepted one. */
export async function refusedOf({ row, offerBinding, offer, accept, confirm, callKey, identity, perCall }: MadeCall) {
  const entropy = fixedEntropy(`${row.name} refused`);
  const { attempt } = row;
  const seal = async (kind: FrameKind, body: Bytes, changes: { epoch?: number; key?: SecretBytes } = {}) =>
    hex(await sealMessage(changes.key ?? callKey, { kind, attempt, epoch: changes.epoch ?? 1 }, body, entropy));
  const sealOffer = async (change: Partial<Offer>, by: Signer = identity.signer, label = 'offer signature') => {
    const signature = await signHash(by, label, offerHash({ ...offerBinding, ...change }));
    return seal('offer', encodeOffer({ ...offer, signature, ...change }));
  };
  const sealAccept = (change: Partial<Accept>) => seal('accept', encodeAccept({ ...accept, ...change }));
  const sealConfirm = (change: Partial<Confirm>) => seal('confirm', encodeConfirm({ ...confirm, ...change }));
  const transcript = hexToBytes(row.accept.transcriptHex);
  const thief = ed25519Pair('thief').signer;
  const outOfRange = Uint8Array.from(offer.ephemeralPublicKey).fill(0xff, 0, 3);
  const otherNonce = fixedBytes('another nonce');
  const otherTranscript = transcriptHash({
    ...offerBinding,
    encapsulation: accept.encapsulation,
    userNonce: otherNonce,
  });
  const change = (frameHex: string, index: number, value: number): string => {
    const bytes = hexToBytes(frameHex);
    bytes[index] = value;
    return hex(bytes);
  };
  const user = { to: 'user', sender: AGENT } as const;
  const offered = { ...user, after: 'nothing' } as const;
  const accepted = { ...user, after: 'offer' } as const;
  const agent = { to: 'agent', sender: USER, after: 'offer' } as const;
  const { frameHex: offerHex } = row.offer;
  const { frameHex: acceptHex } = row.accept;
  const { frameHex: confirmHex } = row.confirm;
  const rows = [
    {
      name: 'offer: a bit of the ciphertext is changed',
      ...offered,
      frameHex: hex(flipBit(hexToBytes(offerHex), 400)),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    {
      name: 'offer: a bit of the salt is changed',
      ...offered,
      frameHex: hex(flipBit(hexToBytes(offerHex), 80)),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    {
      name: 'offer: the attempt in the header is changed',
      ...offered,
      frameHex: change(offerHex, 5, attempt + 1),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    {
      name: 'offer: sealed under another call key',
      ...offered,
      frameHex: await seal('offer', encodeOffer(offer), { key: fixedSecret('other') }),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    {
      name: 'offer: signed by another key',
      ...offered,
      frameHex: await sealOffer({}, thief),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'offer: signed under another label',
      ...offered,
      frameHex: await sealOffer({}, identity.signer, 'confirm signature'),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'offer: signed for another context',
      ...offered,
      frameHex: await seal(
        'offer',
        encodeOffer({
          ...offer,
          signature: await signHash(
            identity.signer,
            'offer signature',
            offerHash({ ...offerBinding, contextHash: fixedBytes('other') }),
          ),
        }),
      ),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'offer: a signature made malleable',
      ...offered,
      frameHex: await seal(
        'offer',
        encodeOffer({ ...offer, signature: malleable(row.identityAlgorithm, offer.signature) }),
      ),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'offer: names another user',
      ...offered,
      frameHex: await sealOffer({ userIdentity: 'participant-stranger' }),
      code: 'ERR_HANDSHAKE_IDENTITY',
    },
    {
      name: 'offer: from somebody else than it names',
      ...offered,
      sender: 'participant-stranger',
      frameHex: offerHex,
      code: 'ERR_HANDSHAKE_IDENTITY',
    },
    {
      name: 'offer: an ML-KEM key out of range',
      ...offered,
      frameHex: await sealOffer({ ephemeralPublicKey: outOfRange }),
      code: 'ERR_HANDSHAKE_EPHEMERAL',
    },
    {
      name: 'offer: a trailing byte in the body',
      ...offered,
      frameHex: await seal('offer', new Uint8Array([...encodeOffer(offer), 0])),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
    {
      name: 'offer: an empty identity',
      ...offered,
      frameHex: await seal('offer', emptyIdentity(offer)),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
    {
      name: 'offer: who hears the call is changed under the signature',
      ...offered,
      frameHex: await seal(
        'offer',
        encodeOffer({ ...offer, hearing: { ...offer.hearing, remembers: !row.hearing.remembers } }),
      ),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    ...(await Promise.all(
      BROKEN_HEARINGS.map(async ([about, hearing]) => ({
        name: `offer: ${about}`,
        ...offered,
        frameHex: await seal('offer', withHearing(offer, hearing)),
        code: 'ERR_HANDSHAKE_MALFORMED',
      })),
    )),
    {
      name: 'offer: for epoch 2',
      ...offered,
      frameHex: await seal('offer', encodeOffer(offer), { epoch: 2 }),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
    {
      name: 'offer: ends within the tag',
      ...offered,
      frameHex: offerHex.slice(0, 57 * 2),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
    { name: 'offer: version 1', ...offered, frameHex: change(offerHex, 0, 1), code: 'ERR_PROTOCOL_UNKNOWN_VERSION' },
    { name: 'offer: attempt 0', ...offered, frameHex: change(offerHex, 5, 0), code: 'ERR_PROTOCOL_MALFORMED' },
    {
      name: 'offer: a second one under the same number',
      ...accepted,
      frameHex: await sealOffer({ agentCommitment: otherNonce }),
      code: 'ERR_HANDSHAKE_STALE',
    },
    { name: "accept: the agent's own offer", ...agent, frameHex: offerHex, code: 'ERR_HANDSHAKE_ORDER' },
    {
      name: 'accept: from somebody else',
      ...agent,
      sender: 'participant-stranger',
      frameHex: acceptHex,
      code: 'ERR_HANDSHAKE_IDENTITY',
    },
    {
      name: 'accept: a bit of the ciphertext is changed',
      ...agent,
      frameHex: hex(flipBit(hexToBytes(acceptHex), 9000)),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    { name: 'accept: the offer relabelled', ...agent, frameHex: change(offerHex, 1, 2), code: 'ERR_HANDSHAKE_OPEN' },
    {
      name: 'accept: signed by another key',
      ...agent,
      frameHex: await sealAccept({ signature: await signHash(thief, 'accept signature', transcript) }),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'accept: another encapsulation',
      ...agent,
      frameHex: await sealAccept({ encapsulation: flipBit(accept.encapsulation, 5) }),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'accept: a nonce that was not committed to',
      ...agent,
      frameHex: await sealAccept({
        userNonce: otherNonce,
        signature: await signHash(perCall.signer, 'accept signature', otherTranscript),
      }),
      code: 'ERR_HANDSHAKE_COMMITMENT',
    },
    {
      name: "accept: the agent's confirmation",
      ...agent,
      frameHex: await sealAccept({ tag: confirm.tag }),
      code: 'ERR_HANDSHAKE_CONFIRMATION',
    },
    {
      name: 'accept: cut',
      ...agent,
      frameHex: await seal('accept', encodeAccept(accept).slice(0, -1)),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
    {
      name: 'accept: of a later attempt',
      ...agent,
      frameHex: change(acceptHex, 5, attempt + 1),
      code: 'ERR_HANDSHAKE_ORDER',
    },
    { name: 'confirm: before any offer', ...offered, frameHex: confirmHex, code: 'ERR_HANDSHAKE_ORDER' },
    { name: "confirm: the user's own accept", ...accepted, frameHex: acceptHex, code: 'ERR_HANDSHAKE_ORDER' },
    {
      name: 'confirm: from somebody else',
      ...accepted,
      sender: 'participant-stranger',
      frameHex: confirmHex,
      code: 'ERR_HANDSHAKE_IDENTITY',
    },
    {
      name: 'confirm: a bit of the tag is changed',
      ...accepted,
      frameHex: hex(flipBit(hexToBytes(confirmHex), hexToBytes(confirmHex).length * 8 - 1)),
      code: 'ERR_HANDSHAKE_OPEN',
    },
    {
      name: "confirm: the user's confirmation",
      ...accepted,
      frameHex: await sealConfirm({ tag: accept.tag }),
      code: 'ERR_HANDSHAKE_CONFIRMATION',
    },
    {
      name: 'confirm: signed by another key',
      ...accepted,
      frameHex: await sealConfirm({ signature: await signHash(thief, 'confirm signature', transcript) }),
      code: 'ERR_HANDSHAKE_SIGNATURE',
    },
    {
      name: 'confirm: a nonce that was not committed to',
      ...accepted,
      frameHex: await sealConfirm({ agentNonce: otherNonce }),
      code: 'ERR_HANDSHAKE_COMMITMENT',
    },
    {
      name: 'confirm: a trailing byte in the body',
      ...accepted,
      frameHex: await seal('confirm', new Uint8Array([...encodeConfirm(confirm), 0])),
      code: 'ERR_HANDSHAKE_MALFORMED',
    },
  ];
  return rows.map((one) => ({ call: row.name, ...one }));
}

/** The other encoding of the same signature that a careless verifier takes. */
function malleable(algorithm: string, signature: Bytes): Bytes {
  if (algorithm === 'ES256K') {
    const { r, s } = secp256k1.Signature.fromBytes(signature);
    return new Uint8Array(new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes('compact'));
  }
  const changed = Uint8Array.from(signature);
  let sum = signature.slice(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + ed25519.Point.Fn.ORDER;
  for (let index = 32; index < 64; index++, sum >>= 8n) changed[index] = Number(sum & 0xffn);
  return changed;
}

const HERE = [1] as const;
const NOBODY = [0] as const;
const sentTo = (host: string, kinds: number): readonly number[] => {
  const bytes = new TextEncoder().encode(host);
  return [2, bytes.length >> 8, bytes.length & 0xff, ...bytes, kinds];
};
/** Recognition, language model, speech, pictures, remembers; what stands behind them. */
const broken = (...parts: readonly (readonly number[])[]): Bytes => Uint8Array.from(parts.flat());
const heardBy = (host: string, kinds = 1): Bytes => broken(sentTo(host, kinds), HERE, HERE, NOBODY, [0]);

/** Declarations that nobody makes: each is an offer that is refused, whatever its signature. */
const BROKEN_HEARINGS: readonly (readonly [about: string, hearing: Bytes | undefined])[] = [
  ['does not say who hears the call', undefined],
  ['says nothing about who hears the call', broken()],
  ['does not say who recognises', broken(NOBODY, HERE, HERE, NOBODY, [0])],
  ['does not say who speaks', broken(HERE, HERE, NOBODY, NOBODY, [0])],
  ['does not say whether it remembers', broken(HERE, HERE, HERE, NOBODY)],
  ['remembers in a third way', broken(HERE, HERE, HERE, NOBODY, [2])],
  ['is heard at an unknown kind of place', broken([3], HERE, HERE, NOBODY, [0])],
  ['a byte behind who hears the call', broken(HERE, HERE, HERE, NOBODY, [0, 0])],
  ['is heard at a host without a name', heardBy('')],
  ['is heard at a host in capitals', heardBy('API.example.com')],
  ['is heard at a host that turns text around', heardBy('api.example.com\u202e')],
  ['is heard at a host with a line break', heardBy('api.example.com\n')],
  ['is heard at a host in letters that are not ASCII', heardBy('\u0430pi.example.com')],
  ['is heard at a host with a path', heardBy('api.example.com/v1')],
  ['is heard at a host with a user', heardBy('user@api.example.com')],
  ['is heard at a host with port 0', heardBy('api.example.com:0')],
  ['is heard at a host that is too long', heardBy('a'.repeat(64))],
  ['sends nothing to where it is heard', heardBy('api.example.com', 0)],
  ['sends an unknown kind', heardBy('api.example.com', 9)],
  ['sends pictures as words', heardBy('api.example.com', 5)],
  ['is seen where no pictures are sent', broken(HERE, HERE, HERE, sentTo('api.example.com', 2), [0])],
  ['a declaration that is too long', new Uint8Array(HEARING_MAX_BYTES + 1)],
];

/** An offer with other bytes for who hears the call; `undefined`: with no such field, as version 2 had it. */
function withHearing(offer: Offer, hearing: Bytes | undefined): Bytes {
  const body = encodeOffer(offer);
  const texts = [offer.userIdentity, offer.agentIdentity].map((text) => 2 + new TextEncoder().encode(text).length);
  const start = texts.reduce((sum, length) => sum + length, 0);
  const end = start + 2 + encodeHearing(offer.hearing).length;
  const field = hearing === undefined ? [] : [hearing.length >> 8, hearing.length & 0xff, ...hearing];
  return Uint8Array.from([...body.subarray(0, start), ...field, ...body.subarray(end)]);
}

/** An offer whose first text has no bytes. */
function emptyIdentity(offer: Offer): Bytes {
  const body = encodeOffer(offer);
  return new Uint8Array([0, 0, ...body.slice(2 + new TextEncoder().encode(offer.userIdentity).length)]);
}
