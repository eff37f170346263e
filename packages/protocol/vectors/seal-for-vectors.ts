/** Seals what `make_envelope_vectors.py` asks for: JSON `[{publicKeyHex, callKeyHex}]` on stdin, envelopes on stdout. */
import { text } from 'node:stream/consumers';
import { hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { sealEnvelope } from '../src/envelope/index.ts';
import { SecretBytes } from '../src/secret-bytes.ts';

const requestSchema = v.array(v.object({ publicKeyHex: v.string(), callKeyHex: v.string() }));

const request = v.parse(requestSchema, JSON.parse(await text(process.stdin)));
const envelopes = request.map(({ publicKeyHex, callKeyHex }) =>
  sealEnvelope({
    callKey: new SecretBytes(hexToBytes(callKeyHex), 'published test vector'),
    recipientPublicKey: hexToBytes(publicKeyHex),
  }),
);
process.stdout.write(JSON.stringify(envelopes));
