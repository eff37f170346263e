/** Makes data-frames.json: sequences of frames under fixed keys, and frames that must be refused after them. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { DataSender } from '../../src/data-frame/data-sender.ts';
import { dataNonce, encodeDataHeader } from '../../src/data-frame/layout.ts';
import { encodePayload, type DataPayload } from '../../src/data-frame/payload.ts';
import { fixedBytes, flipBit } from '../../src/handshake/call.fixture.ts';
import { Epoch } from '../../src/key-schedule/key-schedule.ts';
import type { MediaDirection } from '../../src/key-schedule/media-direction.ts';
import { SecretBytes } from '../../src/secret-bytes.ts';

const hex = bytesToHex;
const idOf = (name: string): string => hex(fixedBytes(name).slice(0, 16));

const CHOICE = { kind: 'question', asks: 'choice', text: 'When?', waitsMs: 1 };
const NOW = { key: '1', label: 'Now' };
const WORD = { text: 'a', startMs: 0, endMs: 1 };
const CAPTION = { kind: 'caption', speaker: 'user', segment: idOf('s'), text: 'a', isFinal: true };

const PAYLOADS: readonly DataPayload[] = [
  { id: idOf('a'), kind: 'control', action: 'oracle-state', state: 'listening' },
  { id: idOf('b'), kind: 'caption', speaker: 'user', segment: idOf('s'), text: 'Grüße, 世界', isFinal: true },
  { id: idOf('c'), kind: 'chat', text: 'Hello.', sentAt: 1_767_225_600_000 },
  { id: idOf('c'), kind: 'chat', text: 'Hello.', sentAt: 1_767_225_600_000 },
  { id: idOf('d'), kind: 'control', action: 'received', received: idOf('c') },
  { id: idOf('e'), kind: 'control', action: 'interrupt' },
  { id: idOf('f'), kind: 'control', action: 'muted', isMuted: true },
  { id: idOf('g'), kind: 'caption', speaker: 'oracle', segment: idOf('t'), text: 'a', isFinal: false },
  {
    id: idOf('k'),
    kind: 'caption',
    speaker: 'oracle',
    segment: idOf('t'),
    text: 'a b',
    isFinal: true,
    words: [
      { text: 'a', startMs: 0, endMs: 180 },
      { text: 'b', startMs: 180, endMs: 400 },
    ],
  },
  {
    id: idOf('l'),
    kind: 'question',
    asks: 'approval',
    tool: 'order_taxi',
    text: 'Orders a taxi.',
    argumentsText: '{"to":"Grüne Gasse"}',
    waitsMs: 30_000,
  },
  { id: idOf('m'), kind: 'answer', answers: 'approval', question: idOf('l'), isApproved: false },
  {
    id: idOf('n'),
    kind: 'question',
    asks: 'choice',
    text: 'When?',
    choices: [
      { key: '1', label: 'Now' },
      { key: '#', label: 'Later' },
    ],
    waitsMs: 30_000,
  },
  { id: idOf('o'), kind: 'answer', answers: 'choice', question: idOf('n'), key: '#' },
  { id: idOf('p'), kind: 'control', action: 'question-over', question: idOf('n') },
  { id: idOf('q'), kind: 'control', action: 'memory', wish: 'keep-nothing' },
  { id: idOf('r'), kind: 'control', action: 'memory', wish: 'forget' },
  { id: idOf('h'), kind: 'control', action: 'epoch-switched' },
  { id: idOf('j'), kind: 'control', action: 'rekey' },
  { id: idOf('i'), kind: 'control', action: 'hang-up' },
];

/** For every payload of {@link PAYLOADS} one like it that must be refused. */
const REFUSED: readonly (readonly [of: string, name: string, payload: object])[] = [
  ['control oracle-state', 'an unknown state', { kind: 'control', action: 'oracle-state', state: 'sleeping' }],
  ['control received', 'an id in capitals', { kind: 'control', action: 'received', received: idOf('c').toUpperCase() }],
  ['control interrupt', 'an interrupt with a reason', { kind: 'control', action: 'interrupt', reason: 'none' }],
  ['control muted', 'neither muted nor not', { kind: 'control', action: 'muted', isMuted: 1 }],
  ['control epoch-switched', 'an epoch inside', { kind: 'control', action: 'epoch-switched', epoch: 2 }],
  ['control rekey', 'a rekey with an attempt', { kind: 'control', action: 'rekey', attempt: 2 }],
  ['control hang-up', 'a hang-up without an id', { id: undefined, kind: 'control', action: 'hang-up' }],
  ['caption', 'a third speaker', { kind: 'caption', speaker: 'agent', segment: idOf('s'), text: 'a', isFinal: true }],
  ['caption', 'a word before its sound begins', { ...CAPTION, words: [{ ...WORD, startMs: -1 }] }],
  ['caption', 'a word that says more than it may', { ...CAPTION, words: [{ ...WORD, confidence: 1 }] }],
  ['caption', '301 words', { ...CAPTION, words: Array.from({ length: 301 }, () => WORD) }],
  ['caption', 'no words', { kind: 'caption', speaker: 'user', segment: idOf('s'), text: '', isFinal: true }],
  ['chat', 'a chat of 4,001 characters', { kind: 'chat', text: 'a'.repeat(4_001), sentAt: 0 }],
  ['question', 'a question of neither kind', { ...CHOICE, asks: 'age' }],
  ['question', 'nothing to choose from', { ...CHOICE, choices: [] }],
  ['question', 'one key for two choices', { ...CHOICE, choices: [NOW, NOW] }],
  ['question', 'a key that no telephone has', { ...CHOICE, choices: [{ ...NOW, key: 'A' }] }],
  ['question', 'a label of 81 characters', { ...CHOICE, choices: [{ ...NOW, label: 'a'.repeat(81) }] }],
  [
    'question',
    'an approval without arguments',
    { kind: 'question', asks: 'approval', tool: 'a', text: 'a', waitsMs: 1 },
  ],
  ['answer', 'approved and not', { kind: 'answer', answers: 'approval', question: idOf('l'), isApproved: 'yes' }],
  ['answer', 'two keys', { kind: 'answer', answers: 'choice', question: idOf('n'), key: '12' }],
  ['answer', 'an answer to nothing', { kind: 'answer', answers: 'choice', key: '1' }],
  ['control question-over', 'no question that is over', { kind: 'control', action: 'question-over' }],
  ['control memory', 'a wish to be remembered', { kind: 'control', action: 'memory', wish: 'keep' }],
  ['chat', 'a chat before 1970', { kind: 'chat', text: 'a', sentAt: -1 }],
];

async function sequence(name: string, direction: MediaDirection, attempt: number, epoch: number) {
  const inputs = ['chain', 'shared', 'transcript'].map((part) => fixedBytes(`${name} ${part}`));
  const [chainKey, sharedSecret, transcript] = inputs;
  if (chainKey === undefined || sharedSecret === undefined || transcript === undefined) throw new Error(name);
  const { keys } = new Epoch({
    chainKey: new SecretBytes(chainKey, 'vector'),
    sharedSecret: new SecretBytes(sharedSecret, 'vector'),
    transcript,
    attempt,
    epoch,
  });
  const sender = new DataSender({ direction });
  sender.switchTo(keys);
  const frames = [];
  for (const [counter, payload] of PAYLOADS.entries()) {
    frames.push({
      counter,
      payload,
      plaintextHex: hex(encodePayload(payload)),
      frameHex: hex(await sender.seal(payload)),
    });
  }
  const row = {
    name,
    direction,
    attempt,
    epoch,
    chainKeyHex: hex(chainKey),
    sharedSecretHex: hex(sharedSecret),
    transcriptHex: hex(transcript),
    keyHex: hex(keys.data[direction].expose()),
    frames,
  };
  return { row, keys };
}

async function refusedOf({ row, keys }: Awaited<ReturnType<typeof sequence>>) {
  const { name, direction, attempt, epoch, frames } = row;
  const key = await crypto.subtle.importKey('raw', keys.data[direction].expose(), 'AES-GCM', false, ['encrypt']);
  const other: MediaDirection = direction === 'user-to-oracle' ? 'oracle-to-user' : 'user-to-oracle';
  const otherKey = await crypto.subtle.importKey('raw', keys.data[other].expose(), 'AES-GCM', false, ['encrypt']);
  const next = frames.length;
  const seal = async (kind: DataPayload['kind'], text: string, by = key) => {
    const clear = encodeDataHeader({ attempt, epoch, counter: next, kind });
    const algorithm = { name: 'AES-GCM', iv: dataNonce(next), additionalData: clear };
    const sealed = await crypto.subtle.encrypt(algorithm, by, new TextEncoder().encode(text));
    return Uint8Array.from([...clear, ...new Uint8Array(sealed)]);
  };
  const fresh = JSON.stringify({ id: idOf('new'), kind: 'control', action: 'interrupt' });
  const valid = await seal('control', fresh);
  const change = (index: number, value: number): string => {
    const bytes = Uint8Array.from(valid);
    bytes[index] = value;
    return hex(bytes);
  };
  const rows = [
    { name: 'a frame again', frameHex: frames.at(-1)?.frameHex ?? '', code: 'ERR_DATA_REPLAYED' },
    { name: 'the first frame again', frameHex: frames[0]?.frameHex ?? '', code: 'ERR_DATA_REPLAYED' },
    { name: 'a bit of the ciphertext is changed', frameHex: hex(flipBit(valid, 15 * 8)), code: 'ERR_DATA_OPEN' },
    { name: 'the last bit is changed', frameHex: hex(flipBit(valid, valid.length * 8 - 1)), code: 'ERR_DATA_OPEN' },
    { name: 'the counter is changed', frameHex: change(13, next + 1), code: 'ERR_DATA_OPEN' },
    { name: 'the kind is changed', frameHex: change(14, 3), code: 'ERR_DATA_OPEN' },
    { name: 'an unknown kind', frameHex: change(14, 6), code: 'ERR_DATA_MALFORMED' },
    { name: 'the next epoch', frameHex: change(9, epoch + 1), code: 'ERR_KEY_MISSING' },
    { name: 'an earlier attempt', frameHex: change(5, attempt - 1), code: 'ERR_KEY_RETIRED' },
    { name: 'version 1', frameHex: change(0, 1), code: 'ERR_PROTOCOL_UNKNOWN_VERSION' },
    { name: 'not a data frame', frameHex: change(1, 3), code: 'ERR_DATA_MALFORMED' },
    { name: 'ends within the tag', frameHex: hex(valid.slice(0, 30)), code: 'ERR_DATA_MALFORMED' },
    {
      name: 'under the key of the other direction',
      frameHex: hex(await seal('control', fresh, otherKey)),
      code: 'ERR_DATA_OPEN',
    },
    { name: 'no JSON', frameHex: hex(await seal('control', '{')), code: 'ERR_DATA_MALFORMED' },
    { name: 'a payload of another kind', frameHex: hex(await seal('chat', fresh)), code: 'ERR_DATA_MALFORMED' },
    {
      name: 'an unknown field',
      frameHex: hex(await seal('control', fresh.replace('}', ',"x":1}'))),
      code: 'ERR_DATA_MALFORMED',
    },
    {
      name: 'an unknown action',
      frameHex: hex(await seal('control', fresh.replace('interrupt', 'reboot'))),
      code: 'ERR_DATA_MALFORMED',
    },
  ];
  const payloads = REFUSED.map(async ([of, about, payload]) => {
    const [kind = 'control'] = of.split(' ') as DataPayload['kind'][];
    const frameHex = hex(await seal(kind, JSON.stringify({ id: idOf('new'), ...payload })));
    return { name: about, of, frameHex, code: 'ERR_DATA_MALFORMED' };
  });
  return [...rows, ...(await Promise.all(payloads))].map((one) => ({ sequence: name, ...one }));
}

export async function makeDataFrameVectors() {
  const sequences = [
    await sequence('the user speaks', 'user-to-oracle', 2, 1),
    await sequence('the oracle speaks in epoch 3', 'oracle-to-user', 9, 3),
  ];
  return {
    about:
      'Data frames in the order sent, under keys from the key schedule; docs/protocol.md, "Data". The fourth payload of each is a resend of the third. Rejected frames come after a whole sequence; `of` names the payload that one is like.',
    sequences: sequences.map(({ row }) => row),
    rejected: (await Promise.all(sequences.map(refusedOf))).flat(),
  };
}
