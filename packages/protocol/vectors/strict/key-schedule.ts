/** Makes key-schedule.json and comparison-code.json. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { commitmentTo, comparisonCode, formatComparisonCode } from '../../src/comparison-code/comparison-code.ts';
import { fixedBytes, flipBit } from '../../src/handshake/call.fixture.ts';
import { mediaKeyIndex } from '../../src/key-schedule/epoch-keys.ts';
import { confirmationTag, Epoch } from '../../src/key-schedule/key-schedule.ts';
import { SecretBytes } from '../../src/secret-bytes.ts';

/** Every secret of an epoch, in hex. */
export function epochRows(epoch: Epoch) {
  const { keys } = epoch;
  const hex = (secret: SecretBytes): string => bytesToHex(secret.expose());
  return {
    masterHex: hex(epoch.master),
    userConfirmHex: hex(epoch.userConfirm),
    agentConfirmHex: hex(epoch.agentConfirm),
    rekeySealHex: hex(epoch.rekeySeal),
    mediaUserToOracleHex: hex(keys.media['user-to-oracle']),
    mediaOracleToUserHex: hex(keys.media['oracle-to-user']),
    dataUserToOracleHex: hex(keys.data['user-to-oracle']),
    dataOracleToUserHex: hex(keys.data['oracle-to-user']),
    userTagHex: bytesToHex(confirmationTag(epoch.userConfirm, epoch.transcript)),
    agentTagHex: bytesToHex(confirmationTag(epoch.agentConfirm, epoch.transcript)),
    mediaKeyIndex: mediaKeyIndex(epoch),
  };
}

export function makeKeyScheduleVectors() {
  const counting = Uint8Array.from({ length: 32 }, (_, index) => index);
  const inputs = [
    ['zeros', new Uint8Array(32), new Uint8Array(32), new Uint8Array(32), 1, 1],
    ['counting bytes', counting, counting, counting, 1, 1],
    ['the same at epoch 2', counting, counting, counting, 1, 2],
    ['the same at attempt 2', counting, counting, counting, 2, 1],
    ['the highest numbers', fixedBytes('chain'), fixedBytes('shared'), fixedBytes('transcript'), 1024, 2 ** 32 - 1],
  ] as const;
  const epochs = inputs.map(([name, chainKey, sharedSecret, transcript, attempt, epoch]) => ({
    name,
    chainKeyHex: bytesToHex(chainKey),
    sharedSecretHex: bytesToHex(sharedSecret),
    transcriptHex: bytesToHex(transcript),
    attempt,
    epoch,
    ...epochRows(
      new Epoch({
        chainKey: new SecretBytes(chainKey, 'vector'),
        sharedSecret: new SecretBytes(sharedSecret, 'vector'),
        transcript,
        attempt,
        epoch,
      }),
    ),
  }));
  const rejected = epochs.flatMap(({ name, userTagHex, agentTagHex }) => [
    { epoch: name, name: "the agent's confirmation as the user's", by: 'user', tagHex: agentTagHex },
    { epoch: name, name: "the user's confirmation as the agent's", by: 'agent', tagHex: userTagHex },
    { epoch: name, name: 'a shortened confirmation', by: 'user', tagHex: userTagHex.slice(0, 62) },
  ]);
  return { about: 'Secrets of an epoch from its inputs; docs/protocol.md, "Key schedule".', epochs, rejected };
}

export function makeComparisonCodeVectors() {
  const codes = ['one', 'two', 'three', 'four'].map((name) => {
    const [transcript, userNonce, agentNonce] = ['transcript', 'user', 'agent'].map((part) =>
      fixedBytes(`${name} ${part}`),
    );
    if (transcript === undefined || userNonce === undefined || agentNonce === undefined) throw new Error(name);
    const code = comparisonCode({ transcript, userNonce, agentNonce });
    return {
      name,
      transcriptHex: bytesToHex(transcript),
      userNonceHex: bytesToHex(userNonce),
      userCommitmentHex: bytesToHex(commitmentTo(userNonce)),
      agentNonceHex: bytesToHex(agentNonce),
      agentCommitmentHex: bytesToHex(commitmentTo(agentNonce)),
      code,
      formatted: formatComparisonCode(code),
    };
  });
  const rejected = codes.map(({ name, userNonceHex, userCommitmentHex }) => ({
    name: `${name}: a nonce that the commitment is not to`,
    nonceHex: bytesToHex(flipBit(Uint8Array.from(Buffer.from(userNonceHex, 'hex')), 17)),
    commitmentHex: userCommitmentHex,
    code: 'ERR_HANDSHAKE_COMMITMENT',
  }));
  return { about: 'Ten digits from transcript and nonces; docs/protocol.md, "Comparison code".', codes, rejected };
}
