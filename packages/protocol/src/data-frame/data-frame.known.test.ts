import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/data-frames.json' with { type: 'json' };
import { Epoch, type EpochKeys } from '../key-schedule/index.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { saidBy } from './data.fixture.ts';
import { DataReceiver } from './data-receiver.ts';
import { DataSender } from './data-sender.ts';
import type { DataPayload } from './payload.ts';

type Sequence = (typeof vectors.sequences)[number];

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');

function keysOf({ chainKeyHex, sharedSecretHex, transcriptHex, attempt, epoch }: Sequence): EpochKeys {
  const secrets = { chainKey: secret(chainKeyHex), sharedSecret: secret(sharedSecretHex) };
  return new Epoch({ ...secrets, transcript: hexToBytes(transcriptHex), attempt, epoch }).keys;
}

/** A receiver that has opened the whole sequence, and what it said. */
async function heard(sequence: Sequence) {
  const receiver = new DataReceiver(sequence.direction as MediaDirection);
  receiver.install(keysOf(sequence));
  const outcomes = [];
  for (const { frameHex } of sequence.frames) outcomes.push(await receiver.open(hexToBytes(frameHex)));
  return { receiver, outcomes };
}

test.each(vectors.sequences)('$name: every frame is the same and opens', async (sequence) => {
  const sender = new DataSender({ direction: sequence.direction as MediaDirection });
  sender.switchTo(keysOf(sequence));
  for (const { payload, frameHex } of sequence.frames) {
    expect(bytesToHex(await sender.seal(payload as DataPayload))).toBe(frameHex);
  }
  const { outcomes } = await heard(sequence);
  const ids = sequence.frames.map(({ payload: { id } }) => id);
  const isResend = (id: string, index: number): boolean => ids.indexOf(id) < index;
  expect(outcomes.map(({ kind }) => kind)).toEqual(
    ids.map((id, index) => (isResend(id, index) ? 'duplicate' : 'payload')),
  );
  expect(ids.filter(isResend)).toHaveLength(1);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind === 'payload') expect(outcome.payload).toEqual(sequence.frames[index]?.payload);
  }
});

test.each(vectors.rejected)('$sequence, then $name', async ({ sequence: name, frameHex, code }) => {
  const sequence = vectors.sequences.find((one) => one.name === name);
  if (sequence === undefined) throw new Error(name);
  const { receiver } = await heard(sequence);
  expect(saidBy(await receiver.open(hexToBytes(frameHex)))).toBe(code);
});
