import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/key-schedule.json' with { type: 'json' };
import { SecretBytes } from '../secret-bytes.ts';
import { mediaKeyIndex } from './epoch-keys.ts';
import { confirmationTag, Epoch, isConfirmationTag } from './key-schedule.ts';

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');

function epochOf({
  chainKeyHex,
  sharedSecretHex,
  transcriptHex,
  attempt,
  epoch,
}: (typeof vectors.epochs)[number]): Epoch {
  const secrets = { chainKey: secret(chainKeyHex), sharedSecret: secret(sharedSecretHex) };
  return new Epoch({ ...secrets, transcript: hexToBytes(transcriptHex), attempt, epoch });
}

test.each(vectors.epochs)('$name', (vector) => {
  const epoch = epochOf(vector);
  const hex = (one: SecretBytes): string => bytesToHex(one.expose());
  expect(vector).toMatchObject({
    masterHex: hex(epoch.master),
    userConfirmHex: hex(epoch.userConfirm),
    agentConfirmHex: hex(epoch.agentConfirm),
    rekeySealHex: hex(epoch.rekeySeal),
    mediaUserToOracleHex: hex(epoch.keys.media['user-to-oracle']),
    mediaOracleToUserHex: hex(epoch.keys.media['oracle-to-user']),
    dataUserToOracleHex: hex(epoch.keys.data['user-to-oracle']),
    dataOracleToUserHex: hex(epoch.keys.data['oracle-to-user']),
    userTagHex: bytesToHex(confirmationTag(epoch.userConfirm, epoch.transcript)),
    agentTagHex: bytesToHex(confirmationTag(epoch.agentConfirm, epoch.transcript)),
    mediaKeyIndex: mediaKeyIndex(epoch),
  });
});

test.each(vectors.rejected)('$epoch: $name is refused', ({ epoch: name, by, tagHex }) => {
  const vector = vectors.epochs.find((one) => one.name === name);
  if (vector === undefined) throw new Error(name);
  const epoch = epochOf(vector);
  const key = by === 'user' ? epoch.userConfirm : epoch.agentConfirm;
  expect(isConfirmationTag(hexToBytes(tagHex), key, epoch.transcript)).toBe(false);
});
