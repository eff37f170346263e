import { SecretBytes } from '@oracle-calls/protocol';
import { decodeOffer, encodeOffer } from '@oracle-calls/protocol/handshake';
import { encodeHearing, HEARD_HERE, placeOf } from '@oracle-calls/protocol/hearing';
import { openHandshakeMessage, sealHandshakeMessage } from '../handshake-seal.ts';
import { refused, succeeded, type Attack, type Outcome, type Twin } from '../attack.ts';
import { fromHex, type AttackedEnds, type LinkAttackScene } from './link-attack-scene.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const FIRST = { kind: 'offer', attempt: 1, epoch: 1 } as const;
const ELSEWHERE = { ...HEARD_HERE, languageModel: placeOf('https://more.example', ['text']) };

const unsigned: Twin['patches'] = [
  {
    file: 'packages/protocol/src/handshake/transcript.ts',
    find: "  ['hearing', encodeHearing(offer.hearing)],",
    replace: "  ['hearing', encodeHearing(offer.hearing).subarray(0, 0)],",
  },
];

/** Holds the oracle's offer back, and delivers in its place what the attacker makes of it. The call key has leaked: without it the offer cannot even be read. */
async function exchangeOffer(ends: AttackedEnds, change: (body: Bytes) => Bytes): Promise<Outcome> {
  const { callKey } = await ends.until('call');
  const key = new SecretBytes(fromHex(callKey), 'leaked call key');
  let made: Bytes | undefined;
  ends.carries = ({ from, kind, bytes }) => {
    if (from !== 'agent' || kind !== 'offer') return true;
    made ??= sealHandshakeMessage(key, FIRST, change(openHandshakeMessage(key, bytes)));
    ends.deliver({ from: 'agent', bytes: made });
    return false;
  };
  ends.tell({ do: 'begin' });
  const line = await ends.untilEither(['confirmed', 'refused'], 'user', 0);
  if (line.said === 'refused') return refused(line.code, 'the user refused the offer, and nothing was said');
  return succeeded(`the user was told that these hear the call: ${line.listeners.join(', ') || 'nobody else'}`);
}

/** Who keeps from the user who hears the call. */
export const hearingAttacks: readonly Attack<LinkAttackScene>[] = [
  {
    name: 'attack: who hears the call is changed on the way',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: { without: 'the declaration in what offer and transcript sign', parts: ['agent', 'page'], patches: unsigned },
    async run(scene) {
      await using ends = scene.ends();
      return await exchangeOffer(ends, (body) => encodeOffer({ ...decodeOffer(body), hearing: ELSEWHERE }));
    },
  },
  {
    name: 'attack: who hears the call is taken out on the way',
    refusedBy: 'ERR_HANDSHAKE_MALFORMED',
    twin: {
      without: 'the refusal of an offer that declares nothing, and the signature under it',
      parts: ['agent', 'page'],
      patches: [
        ...unsigned,
        {
          file: 'packages/protocol/src/hearing/hearing-layout.ts',
          find: 'const reader = new ByteReader(bytes, code);',
          replace: 'const reader = new ByteReader(bytes.length === 0 ? Uint8Array.of(1, 1, 1, 0, 0) : bytes, code);',
        },
      ],
    },
    async run(scene) {
      await using ends = scene.ends();
      return await exchangeOffer(ends, withoutHearing);
    },
  },
  {
    name: 'attack: a restarted agent lets more hear the call',
    refusedBy: 'a warning to the user',
    twin: {
      without: 'the comparison with what the agent before declared',
      parts: ['page'],
      patches: [
        {
          file: 'packages/protocol/src/secure-link/link-end.ts',
          find: 'this.#declared = hearing;',
          replace: 'this.#declared = undefined;',
        },
      ],
    },
    async run(scene) {
      await using ends = scene.ends();
      await ends.begin();
      const from = ends.lines.length;
      ends.tell({ do: 'restart' });
      const { listeners, warning } = await ends.until('confirmed', ({ end }) => end === 'user', from);
      if (warning === 'wider')
        return refused('a warning to the user', `before, nobody else heard; now ${listeners.join(', ')}`);
      return succeeded(`${listeners.join(', ')} hears the call, and the user was told of nothing new`);
    },
  },
];

/** The same body with an empty declaration. */
function withoutHearing(body: Bytes): Bytes {
  const { userIdentity, agentIdentity, hearing } = decodeOffer(body);
  const start = [userIdentity, agentIdentity].reduce((sum, text) => sum + 2 + Buffer.byteLength(text), 0);
  return Uint8Array.from([
    ...body.subarray(0, start),
    0,
    0,
    ...body.subarray(start + 2 + encodeHearing(hearing).length),
  ]);
}
