import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError, type OracleCallError } from '../errors/oracle-call-error.ts';
import { encodeFrameHeader, FRAME_KIND_BYTES, readFrameHeader, type FrameKind } from '../frame/frame-header.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import { anyHearing } from '../hearing/hearing.fixture.ts';
import { systemEntropy } from '../kem/entropy.ts';
import { AgentHandshake } from './agent-handshake.ts';
import { AGENT, codeOf, createEnds, flipBit, testCall, USER } from './call.fixture.ts';
import { decodeAccept, decodeConfirm, decodeOffer, encodeAccept, encodeConfirm, encodeOffer } from './messages.ts';
import { sealMessage } from './sealing.ts';
import { UserHandshake } from './user-handshake.ts';

const call = testCall();

const bytesOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));
const identity = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => new TextEncoder().encode(text).length <= 128);

const offer = fc.record({
  userIdentity: identity,
  agentIdentity: identity,
  hearing: anyHearing,
  agentCommitment: bytesOf(32),
  ephemeralPublicKey: bytesOf(1216),
  signature: bytesOf(64),
});
const accept = fc.record({
  encapsulation: bytesOf(1120),
  userNonce: bytesOf(32),
  signature: bytesOf(64),
  tag: bytesOf(32),
});
const confirm = fc.record({ agentNonce: bytesOf(32), signature: bytesOf(64), tag: bytesOf(32) });

test('decoding undoes encoding, and encoding again gives the same bytes', () => {
  fc.assert(
    fc.property(offer, accept, confirm, (someOffer, someAccept, someConfirm) => {
      expect(decodeOffer(encodeOffer(someOffer))).toEqual(someOffer);
      expect(decodeAccept(encodeAccept(someAccept))).toEqual(someAccept);
      expect(decodeConfirm(encodeConfirm(someConfirm))).toEqual(someConfirm);
    }),
    { numRuns: 50 },
  );
});

test('whatever bytes a body has, it is refused with its own error or is the only encoding of what it says', () => {
  const codecs = [
    [
      decodeOffer,
      encodeOffer,
      encodeOffer({
        userIdentity: 'u',
        agentIdentity: 'a',
        hearing: HEARD_HERE,
        agentCommitment: new Uint8Array(32),
        ephemeralPublicKey: new Uint8Array(1216),
        signature: new Uint8Array(64),
      }),
    ],
    [decodeAccept, encodeAccept, new Uint8Array(1248)],
    [decodeConfirm, encodeConfirm, new Uint8Array(128)],
  ] as const;
  for (const [decode, encode, valid] of codecs) {
    const around = fc.oneof(
      fc.uint8Array({ maxLength: 1500 }),
      fc.nat({ max: valid.length * 8 - 1 }).map((bit) => flipBit(valid, bit)),
      fc.nat({ max: valid.length - 1 }).map((length) => valid.slice(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((tail) => new Uint8Array([...valid, ...tail])),
    );
    fc.assert(
      fc.property(around, (body) => {
        const decoded = tryTo(() => decode(body));
        if (isOracleCallError(decoded)) expect(decoded.code).toBe('ERR_HANDSHAKE_MALFORMED');
        else expect((encode as (value: unknown) => Uint8Array)(decoded)).toEqual(new Uint8Array(body));
      }),
      { numRuns: 200 },
    );
  }
});

test('a header is refused with a protocol error or is the only encoding of what it says', () => {
  const kinds = Object.keys(FRAME_KIND_BYTES) as FrameKind[];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.integer({ min: 1, max: 1024 }),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      fc.nat({ max: 80 }),
      (kind, attempt, epoch, bit) => {
        const header = encodeFrameHeader({ kind, attempt, epoch });
        expect(readFrameHeader(header)).toEqual({ kind, attempt, epoch });
        const changed = bit < 80 ? flipBit(header, bit) : header.slice(0, 9);
        const read = tryTo(() => readFrameHeader(changed));
        if (isOracleCallError(read)) expect(read.code).toMatch(/^ERR_PROTOCOL_(MALFORMED|UNKNOWN_VERSION)$/);
        else expect(encodeFrameHeader(read)).toEqual(changed);
      },
    ),
  );
});

/** An end that has seen everything before the message in question. */
async function before(message: 'offer' | 'accept' | 'confirm') {
  if (message === 'accept') {
    const agent = new AgentHandshake(testCall().agentOptions);
    const user = new UserHandshake(testCall().userOptions);
    const offered = await agent.begin({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
    const accepted = await user.receive(offered, AGENT);
    if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
    return { state: () => agent.state, receive: agent.receive.bind(agent), frame: accepted.frame, sender: USER };
  }
  const { user, agent } = createEnds(testCall());
  const offered = await agent.begin({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
  const receive = user.receive.bind(user);
  if (message === 'offer') return { state: () => user.state, receive, frame: offered, sender: AGENT };
  const accepted = await user.receive(offered, AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  const confirmed = await agent.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
  return { state: () => user.state, receive, frame: confirmed.frame, sender: AGENT };
}

test.each(['offer', 'accept', 'confirm'] as const)(
  'a flipped bit, a cut or a tail anywhere in the %s is refused with a typed error and changes nothing',
  async (message) => {
    const { state, receive, frame, sender } = await before(message);
    const name = state();
    const changed = fc.oneof(
      fc.nat({ max: frame.length * 8 - 1 }).map((bit) => flipBit(frame, bit)),
      fc.nat({ max: frame.length - 1 }).map((length) => frame.slice(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((tail) => new Uint8Array([...frame, ...tail])),
    );
    await fc.assert(
      fc.asyncProperty(changed, async (bytes) => {
        const outcome = await receive(bytes, sender);
        expect(outcome.kind).toBe('refused');
        expect(codeOf(outcome)).toMatch(/^ERR_(HANDSHAKE|PROTOCOL)_/);
        expect(state()).toBe(name);
      }),
      { numRuns: 150 },
    );
    // The end is none the worse: the true message still counts.
    expect(codeOf(await receive(frame, sender))).not.toMatch(/^ERR_/);
  },
);

test('whoever knows the call key and nothing else gets no further than a typed error', async () => {
  const user = new UserHandshake(call.userOptions);
  const agent = new AgentHandshake(call.agentOptions);
  await agent.begin({ attempt: 1, userIdentity: USER, agentIdentity: AGENT });
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 1500 }),
    offer.map((one) => encodeOffer({ ...one, userIdentity: USER, agentIdentity: AGENT })),
    accept.map(encodeAccept),
  );
  await fc.assert(
    fc.asyncProperty(bodies, fc.constantFrom('offer', 'accept'), async (body, kind) => {
      const header = { kind: kind as FrameKind, attempt: 1, epoch: 1 };
      const frame = await sealMessage(call.userOptions.callKey, header, new Uint8Array(body), systemEntropy);
      const outcome = kind === 'offer' ? await user.receive(frame, AGENT) : await agent.receive(frame, USER);
      expect(codeOf(outcome)).toMatch(/^ERR_HANDSHAKE_(MALFORMED|SIGNATURE)$/);
    }),
    { numRuns: 100 },
  );
  expect([user.state, agent.state]).toEqual(['waiting', 'offered']);
});

test('any bytes at all are answered with a typed refusal', async () => {
  const { user, agent } = createEnds();
  const start = fc.constantFrom(...Object.values(FRAME_KIND_BYTES)).map((kind) => [2, kind, 0, 0, 0, 1, 0, 0, 0, 1]);
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(start, fc.uint8Array({ maxLength: 200 })).map(([head, tail]) => new Uint8Array([...head, ...tail])),
    fc.constant(new Uint8Array(20_000).fill(2)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      expect(codeOf(await user.receive(bytes, AGENT))).toMatch(/^ERR_(HANDSHAKE|PROTOCOL)_/);
      expect(codeOf(await agent.receive(bytes, USER))).toMatch(/^ERR_(HANDSHAKE|PROTOCOL)_/);
    }),
    { numRuns: 300 },
  );
});

test('however two attempts are interleaved, lost or repeated, both ends agree on one attempt or on none', async () => {
  const restarted = 'participant-agent-2';
  type Move = 'offer-1' | 'offer-2' | 'accept-1' | 'accept-2' | 'confirm-1' | 'confirm-2';
  const moves = fc.array(
    fc.constantFrom<Move>('offer-1', 'offer-2', 'accept-1', 'accept-2', 'confirm-1', 'confirm-2'),
    { minLength: 4, maxLength: 14 },
  );
  await fc.assert(
    fc.asyncProperty(moves, async (order) => {
      const shared = testCall('interleaved');
      const user = new UserHandshake(shared.userOptions);
      const agents = [new AgentHandshake(shared.agentOptions), new AgentHandshake(shared.agentOptions)] as const;
      const identities = [AGENT, restarted] as const;
      const made = new Map<string, Uint8Array>();
      for (const index of [0, 1] as const) {
        const attempt = { attempt: index + 1, userIdentity: USER, agentIdentity: identities[index] };
        made.set(`offer-${index + 1}`, await agents[index].begin(attempt));
      }
      let latest = 0;
      for (const move of order) {
        const frame = made.get(move);
        const index = move.endsWith('1') ? 0 : 1;
        if (frame === undefined) continue;
        if (move.startsWith('accept')) {
          const outcome = await agents[index].receive(frame, USER);
          if (outcome.kind === 'confirmed') made.set(`confirm-${index + 1}`, outcome.frame);
          continue;
        }
        const outcome = await user.receive(frame, identities[index]);
        if (outcome.kind === 'accepted') {
          made.set(`accept-${index + 1}`, outcome.frame);
          // Attempts only rise.
          expect(outcome.attempt).toBeGreaterThan(latest);
          latest = outcome.attempt;
        }
        if (outcome.kind !== 'confirmed') continue;
        expect(outcome.session.attempt).toBe(latest);
        const peer = agents[outcome.session.attempt - 1];
        expect(peer?.state).toBe('confirmed');
        expect(outcome.session.agentIdentity).toBe(identities[index]);
      }
      expect(user.state === 'waiting').toBe(latest === 0);
    }),
    { numRuns: 25 },
  );
});

function tryTo<T>(work: () => T): T | OracleCallError {
  try {
    return work();
  } catch (error) {
    if (isOracleCallError(error)) return error;
    throw error;
  }
}
