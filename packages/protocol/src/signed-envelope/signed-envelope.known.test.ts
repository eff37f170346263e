import { bytesToHex } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import vectors from '../../vectors/signed-envelope.json' with { type: 'json' };
import type { SecretBytes } from '../secret-bytes.ts';
import { encodeContext, hashContext } from './context-encoding.ts';
import { formatSignedEnvelope, messageToSign, parseSignedEnvelope } from './envelope-format.ts';
import { openSignedEnvelope } from './open.ts';
import {
  contextOf,
  expectedOf,
  oracleOf,
  oracleRowSchema,
  type PlannedRow,
  plannedRowSchema,
  secret,
  userKeyOf,
} from './vector-row.fixture.ts';

const accepted = [...vectors.sealedByPython, ...vectors.sealedByOracleCalls].map((row) => ({
  ...row,
  planned: v.parse(plannedRowSchema, row),
}));

interface Change {
  readonly now?: number;
  readonly expected?: object;
  readonly oracle?: PlannedRow['oracle'] | undefined;
}

async function open(row: PlannedRow, envelopeHex: string, change: Change = {}): Promise<SecretBytes> {
  const oracle = change.oracle ?? row.oracle;
  return openSignedEnvelope({
    envelope: parseSignedEnvelope(envelopeHex),
    expected: { ...expectedOf(row), ...change.expected },
    userKey: userKeyOf(row),
    oracle: oracleOf(oracle),
    envelopePrivateKey: secret(oracle.envelopeKey.privateKeyHex),
    now: change.now ?? row.now,
  });
}

test('the vectors hold what they should', () => {
  const kinds = accepted.map(({ planned }) => `${planned.context.suite} ${planned.user.algorithm}`);
  expect(new Set(kinds).size).toBe(4);
  expect(new Set(vectors.rejected.map(({ of }) => of))).toEqual(new Set(accepted.map(({ name }) => name)));
  expect(new Set(vectors.rejected.map(({ code }) => code))).toEqual(
    new Set([
      'ERR_ENVELOPE_CONTEXT',
      'ERR_ENVELOPE_DOWNGRADE',
      'ERR_ENVELOPE_EXPIRED',
      'ERR_ENVELOPE_MALFORMED',
      'ERR_ENVELOPE_OPEN',
      'ERR_ENVELOPE_SIGNATURE',
      'ERR_ENVELOPE_UNSUPPORTED',
      'ERR_PROTOCOL_UNKNOWN_VERSION',
    ]),
  );
});

test.each(accepted)('$name opens to its call key', async ({ planned, envelopeHex, callKeyHex }) => {
  expect(bytesToHex((await open(planned, envelopeHex)).expose())).toBe(callKeyHex);
});

test.each(accepted)('$name has the bytes that it should', ({ planned, ...row }) => {
  const envelope = parseSignedEnvelope(row.envelopeHex);
  expect(envelope.context).toEqual(contextOf(planned));
  expect(bytesToHex(encodeContext(contextOf(planned)))).toBe(row.contextHex);
  expect(bytesToHex(hashContext(encodeContext(envelope.context)))).toBe(row.contextHashHex);
  expect(bytesToHex(envelope.contextHash)).toBe(row.contextHashHex);
  expect(bytesToHex(messageToSign(envelope))).toBe(row.signedMessageHex);
  expect(formatSignedEnvelope(envelope)).toBe(row.envelopeHex);
});

test.each(vectors.rejected)('$name is refused as $code', async ({ of, envelopeHex, code, ...change }) => {
  const row = accepted.find(({ name }) => name === of);
  if (row === undefined) throw new Error(`${of} is not in the vectors`);
  const { now, expected } = change;
  const oracle = change.oracle === undefined ? undefined : v.parse(oracleRowSchema, change.oracle);
  const opened = open(row.planned, envelopeHex, {
    ...(now === undefined ? {} : { now }),
    ...(expected === undefined ? {} : { expected }),
    oracle,
  });
  await expect(opened).rejects.toThrow(expect.objectContaining({ code }));
});
