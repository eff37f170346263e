/** The models hash what the code hashes: the same names in the same order, but for what `expected.json` says that a model leaves out. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { offerFields, transcriptFields } from '@oracle-calls/protocol/handshake';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { rekeyOfferFields, rekeyTranscriptFields } from '@oracle-calls/protocol/rekey';
import { decodeContext, encodeContext, type EnvelopeContext } from '@oracle-calls/protocol/signed-envelope';
import { readExpectedModels } from './expected-models.ts';
import { readModelHashes, toCamelCase } from './model-fields.ts';

const none = new Uint8Array(32);
const offer = {
  ...{ contextHash: none, envelopeSignature: none, callId: '', attempt: 1, userIdentity: '', agentIdentity: '' },
  ...{ hearing: HEARD_HERE, agentCommitment: none, ephemeralPublicKey: none },
};
const rekeyOffer = { previousTranscript: none, epoch: 2, ephemeralPublicKey: none };
const namesOf = (fields: ReturnType<typeof offerFields>): readonly string[] => fields.map(([name]) => name);

const VECTORS = new URL('../../packages/protocol/vectors/signed-envelope.json', import.meta.url);
const contextHex = /"contextHex": "([0-9a-f]+)"/.exec(await readFile(VECTORS, 'utf8'))?.[1];
if (contextHex === undefined) throw new Error('There are no vectors.');
const context = decodeContext(Buffer.from(contextHex, 'hex'));

/** To a checker these are only names, or times; the keys and names that stand for them are in the models. */
const ONLY_NAMES = new Set<string>([
  ...['suite', 'callType', 'userDid', 'oracleDid', 'matrixRoomId', 'matrixSender', 'matrixOracle'],
  ...['notBefore', 'notAfter', 'ringEventId'],
]);

/** Another value of the same length. */
function change(value: EnvelopeContext[keyof EnvelopeContext]): unknown {
  if (typeof value === 'string') return value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
  if (value instanceof Uint8Array) return value.map((byte) => byte ^ 1);
  return typeof value === 'object' ? { ...value, keyHash: none } : value;
}

/** The context's fields in the order of their bytes. */
function contextFields(): readonly string[] {
  const encoded = encodeContext(context);
  const at = (name: keyof EnvelopeContext): number => {
    const changed = encodeContext({ ...context, [name]: change(context[name]) });
    return encoded.findIndex((byte, index) => byte !== changed[index]);
  };
  const names = Object.keys(context).filter((name) => !ONLY_NAMES.has(name)) as (keyof EnvelopeContext)[];
  return names.toSorted((left, right) => at(left) - at(right));
}

/** Hash in the models → label and fields in the code. */
const CALL: Readonly<Record<string, readonly [label: string | undefined, fields: readonly string[]]>> = {
  context_hash: ['context', contextFields()],
  // Of ECIES the nonce stands inside the ciphertext.
  envelope_hash: [undefined, ['contextHash', 'encapsulatedKey', 'ciphertext']],
  offer_hash: ['offer', namesOf(offerFields(offer))],
  transcript: ['transcript', namesOf(transcriptFields({ ...offer, encapsulation: none, userNonce: none }))],
};
const REKEY: typeof CALL = {
  rekey_offer_hash: ['rekey_offer', namesOf(rekeyOfferFields(rekeyOffer))],
  transcript: ['rekey_transcript', namesOf(rekeyTranscriptFields({ ...rekeyOffer, encapsulation: none }))],
};
/** The one model without an exchange. */
const PLAIN = 'unsigned_envelope_control.vp';

const models = (await readExpectedModels()).filter(({ file }) => file !== PLAIN);

describe('hashes are those of the code in', () => {
  for (const { file, leavesOut } of models) {
    test(file, async () => {
      const hashes = (await readModelHashes(file)).filter(({ name }) => name in CALL || name in REKEY);
      const expected = file.startsWith('rekey') ? REKEY : CALL;
      expect(new Set(hashes.map(({ name }) => name))).toEqual(new Set(Object.keys(expected)));
      for (const { name, label, fields } of hashes) {
        const [expectedLabel, all = []] = expected[name] ?? [];
        expect([name, label]).toEqual([name, expectedLabel]);
        const sealedNonce = fields.filter((field) => field !== 'sealNonce');
        expect(sealedNonce).toEqual(all.filter((field) => !leavesOut.includes(field)));
      }
    });
  }
});

test('what a model leaves out is something that the code has', () => {
  const all = new Set([...Object.values(CALL), ...Object.values(REKEY)].flatMap(([, fields]) => fields));
  expect(models.flatMap(({ leavesOut }) => leavesOut).filter((name) => !all.has(name))).toEqual([]);
  const strict = models.find(({ file }) => file === 'strict_call.vp');
  expect(strict?.leavesOut).toEqual([]);
});

test('only what the code has is called a name that models leave out', () => {
  const known = [...Object.keys(context), 'ringEventId'];
  expect([...ONLY_NAMES].filter((name) => !known.includes(name))).toEqual([]);
});

test('names of models are those of the code with underscores', () => {
  expect(toCamelCase('ephemeral_public_key')).toBe('ephemeralPublicKey');
});
