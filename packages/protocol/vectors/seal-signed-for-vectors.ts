/** Seals what `python/vectors/make_vectors.py` asks for: JSON rows on stdin, envelopes on stdout. */
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { sealSignedEnvelope } from '../src/signed-envelope/index.ts';
import { contextOf, oracleOf, plannedRowSchema, secret } from '../src/signed-envelope/vector-row.fixture.ts';
import { createRawKeySigner } from '../src/signing/index.ts';

const rows = v.parse(v.array(plannedRowSchema), JSON.parse(await text(process.stdin)));
const envelopes = await Promise.all(
  rows.map(async (row) => {
    const { did, methodId, algorithm, privateKeyHex } = row.user;
    const signer = createRawKeySigner({ algorithm, privateKey: secret(privateKeyHex), name: { did, methodId } });
    const { envelopeHex } = await sealSignedEnvelope({
      callKey: secret(row.callKeyHex),
      call: contextOf(row),
      oracle: oracleOf(row.oracle),
      signer,
    });
    return envelopeHex;
  }),
);
process.stdout.write(JSON.stringify(envelopes));
