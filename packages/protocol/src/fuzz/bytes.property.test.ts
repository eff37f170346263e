/** Every parser of bytes and texts from outside. */
import { hexToBytes } from '@noble/hashes/utils.js';
import dataFrames from '../../vectors/data-frames.json' with { type: 'json' };
import bareEnvelopes from '../../vectors/envelope-ecies.json' with { type: 'json' };
import handshake from '../../vectors/handshake.json' with { type: 'json' };
import rotations from '../../vectors/key-rotation.json' with { type: 'json' };
import rekey from '../../vectors/rekey.json' with { type: 'json' };
import envelopes from '../../vectors/signed-envelope.json' with { type: 'json' };
import { parseCallId, parseMatrixEventId, parseSfuRoomName } from '../call-id.ts';
import { splitDataFrame } from '../data-frame/layout.ts';
import { decodePayload } from '../data-frame/payload.ts';
import { parseDid } from '../did/did.ts';
import { openEnvelope } from '../envelope/ecies-envelope.ts';
import { readFrameHeader } from '../frame/frame-header.ts';
import { decodeAccept, decodeConfirm, decodeOffer } from '../handshake/messages.ts';
import { parseKeyRotation } from '../key-pin/key-rotation.ts';
import { decodeRekeyAccept, decodeRekeyConfirm, decodeRekeyOffer } from '../rekey/rekey-messages.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { decodeContext } from '../signed-envelope/context-encoding.ts';
import { parseSignedEnvelope } from '../signed-envelope/envelope-format.ts';
import { fuzzTest } from './fuzz.fixture.ts';
import { mutatedBytes } from './mutated-bytes.fixture.ts';
import { mutatedHex, mutatedText } from './mutated-text.fixture.ts';

const bytesOf = (rows: readonly string[]): readonly Uint8Array[] => rows.map((hex) => hexToBytes(hex));
const messages = [...handshake.calls, ...rekey.exchanges].flatMap(({ offer, accept, confirm }) => [
  offer.frameHex,
  accept.frameHex,
  confirm.frameHex,
]);
const data = dataFrames.sequences.flatMap((row) => row.frames);
const bodiesOf = (rows: typeof handshake.calls | typeof rekey.exchanges, kind: 'offer' | 'accept' | 'confirm') =>
  mutatedBytes(bytesOf(rows.map((row) => row[kind].bodyHex)));

fuzzTest('call ids', mutatedText(['$event@lk-room', `$${'a'.repeat(43)}@lk-0123456789abcdef`]), parseCallId);
fuzzTest('Matrix event ids', mutatedText(['$event']), parseMatrixEventId);
fuzzTest('SFU room names', mutatedText(['lk-0123456789abcdef']), parseSfuRoomName);
fuzzTest('DIDs', mutatedText(['did:web:example.org%3A8443:a', 'did:ixo:oracle456']), parseDid);

const signed = [...envelopes.sealedByPython, ...envelopes.sealedByOracleCalls];
fuzzTest('signed envelopes', mutatedHex(bytesOf(signed.map((row) => row.envelopeHex))), parseSignedEnvelope);
fuzzTest('contexts', mutatedBytes(bytesOf(signed.map((row) => row.contextHex))), decodeContext);
fuzzTest('rotations', mutatedHex(bytesOf(rotations.accepted.map((row) => row.statementHex))), parseKeyRotation);

const [bare] = bareEnvelopes.sealedByEciespy;
if (bare === undefined) throw new Error('There are no vectors.');
const privateKey = new SecretBytes(hexToBytes(bare.privateKeyHex), 'published test vector');
fuzzTest('bare envelopes', mutatedHex(bytesOf([bare.envelopeHex])), (envelopeHex) =>
  openEnvelope({ envelopeHex, privateKey }),
);

fuzzTest('frame headers', mutatedBytes(bytesOf([...messages, ...data.map((row) => row.frameHex)])), readFrameHeader);
fuzzTest('data frames', mutatedBytes(bytesOf(data.map((row) => row.frameHex))), splitDataFrame);
for (const kind of ['control', 'caption', 'chat'] as const) {
  const plaintexts = data.filter(({ payload }) => payload.kind === kind).map((row) => row.plaintextHex);
  fuzzTest(`${kind} payloads`, mutatedBytes(bytesOf(plaintexts)), (bytes) => decodePayload(kind, bytes));
}

fuzzTest('bodies of offers', bodiesOf(handshake.calls, 'offer'), decodeOffer);
fuzzTest('bodies of accepts', bodiesOf(handshake.calls, 'accept'), decodeAccept);
fuzzTest('bodies of confirms', bodiesOf(handshake.calls, 'confirm'), decodeConfirm);
fuzzTest('bodies of rekey offers', bodiesOf(rekey.exchanges, 'offer'), decodeRekeyOffer);
fuzzTest('bodies of rekey accepts', bodiesOf(rekey.exchanges, 'accept'), decodeRekeyAccept);
fuzzTest('bodies of rekey confirms', bodiesOf(rekey.exchanges, 'confirm'), decodeRekeyConfirm);
