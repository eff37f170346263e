import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { AGENT, codeOf, flipBit, USER } from '../handshake/call.fixture.ts';
import {
  decodeRekeyAccept,
  decodeRekeyConfirm,
  decodeRekeyOffer,
  encodeRekeyAccept,
  encodeRekeyConfirm,
  encodeRekeyOffer,
} from './rekey-messages.ts';
import { frameOf, rekeyEnds } from './rekey.fixture.ts';

test('whatever bytes a body has, it is refused with its own error or is the only encoding of what it says', () => {
  const codecs = [
    [(body: Uint8Array) => encodeRekeyOffer(decodeRekeyOffer(body)), 1280],
    [(body: Uint8Array) => encodeRekeyAccept(decodeRekeyAccept(body)), 1216],
    [(body: Uint8Array) => encodeRekeyConfirm(decodeRekeyConfirm(body)), 96],
  ] as const;
  for (const [again, length] of codecs) {
    const around = fc.oneof(
      fc.uint8Array({ maxLength: 1400 }),
      fc.uint8Array({ minLength: length, maxLength: length }),
      fc.uint8Array({ minLength: length - 1, maxLength: length + 1 }),
    );
    fc.assert(
      fc.property(around, (body) => {
        try {
          expect(again(body)).toEqual(new Uint8Array(body));
          expect(body).toHaveLength(length);
        } catch (error) {
          if (!isOracleCallError(error)) throw error;
          expect(error.code).toBe('ERR_HANDSHAKE_MALFORMED');
        }
      }),
    );
  }
});

test.each(['rekey-offer', 'rekey-accept', 'rekey-confirm'] as const)(
  'a flipped bit, a cut or a tail anywhere in the %s is refused with a typed error and changes nothing',
  async (message) => {
    const { user, agent } = await rekeyEnds();
    const offer = frameOf(await agent.begin());
    let [end, frame, sender]: [typeof user | typeof agent, Uint8Array<ArrayBuffer>, string] = [user, offer, AGENT];
    if (message !== 'rekey-offer') [end, frame, sender] = [agent, frameOf(await user.receive(offer, AGENT)), USER];
    if (message === 'rekey-confirm') [end, frame, sender] = [user, frameOf(await agent.receive(frame, USER)), AGENT];
    const before = end.state;
    const changed = fc.oneof(
      fc.nat({ max: frame.length * 8 - 1 }).map((bit) => flipBit(frame, bit)),
      fc.nat({ max: frame.length - 1 }).map((length) => frame.slice(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((tail) => new Uint8Array([...frame, ...tail])),
    );
    await fc.assert(
      fc.asyncProperty(changed, async (bytes) => {
        expect(codeOf(await end.receive(bytes, sender))).toMatch(/^ERR_(HANDSHAKE|PROTOCOL)_/);
        expect(end.state).toBe(before);
      }),
      { numRuns: 150 },
    );
    expect(codeOf(await end.receive(frame, sender))).toBe('steps');
  },
);

test('however messages are lost, repeated and reordered, what one end sends under the other can open', async () => {
  type Move = 'begin' | 'offer' | 'accept' | 'confirm' | 'seen' | 'user-grace' | 'agent-grace';
  const moves = fc.array(
    fc.constantFrom<Move>('begin', 'offer', 'accept', 'confirm', 'seen', 'user-grace', 'agent-grace'),
    { minLength: 5, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(moves, async (order) => {
      const { user, agent } = await rekeyEnds();
      const frames = new Map<string, Uint8Array>();
      /** Epochs that each end can open, and the one under which it sends. */
      const ends = { user: { opens: new Set([1]), sends: 1 }, agent: { opens: new Set([1]), sends: 1 } };
      const perform = (who: 'user' | 'agent', sent: string, outcome: Awaited<ReturnType<typeof agent.begin>>): void => {
        if (outcome.kind !== 'steps') return;
        for (const step of outcome.steps) {
          if (step.do === 'install-receive') ends[who].opens.add(step.keys.epoch);
          if (step.do === 'retire') ends[who].opens.delete(step.epoch);
          if (step.do === 'switch-send') ends[who].sends = step.keys.epoch;
          if (step.do === 'send') frames.set(sent, step.frame);
        }
      };
      for (const move of order) {
        const frame = frames.get(move);
        if (move === 'begin') perform('agent', 'offer', await agent.begin());
        else if (move === 'seen') perform('agent', '', agent.peerSwitched(ends.user.sends));
        else if (move === 'user-grace') perform('user', '', user.graceOver(ends.user.sends - 1));
        else if (move === 'agent-grace') perform('agent', '', agent.graceOver(ends.agent.sends - 1));
        else if (frame !== undefined && move === 'accept')
          perform('agent', 'confirm', await agent.receive(frame, USER));
        else if (frame !== undefined) perform('user', 'accept', await user.receive(frame, AGENT));
        expect(ends.agent.opens.has(ends.user.sends)).toBe(true);
        expect(ends.user.opens.has(ends.agent.sends)).toBe(true);
        expect(ends.user.opens.size).toBeLessThanOrEqual(2);
        expect(ends.agent.opens.size).toBeLessThanOrEqual(2);
      }
    }),
    { numRuns: 25 },
  );
});
