import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCallId, parseMatrixEventId, parseSfuRoomName } from '../call-id.ts';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { SecretBytes } from '../secret-bytes.ts';
import {
  linesOfOnePart,
  parseTranscriptEvent,
  relatedTranscriptEvent,
  TRANSCRIPT_BODY_MAX_BYTES,
  TRANSCRIPT_TEXT_MAX_LENGTH,
  type TranscriptEventLine,
} from './transcript-event.ts';
import { openTranscriptPart, sealTranscriptPart } from './transcript-seal.ts';

const key = new SecretBytes(new Uint8Array(32).fill(9), 'account key');
const callId = createCallId(parseMatrixEventId('$call'), parseSfuRoomName('lk-room'));
const account = '@alice:localhost';

/** Matrix stops events at this many bytes, all of them. */
const MATRIX_EVENT_MAX_BYTES = 65_536;

const line = (text: fc.Arbitrary<string>): fc.Arbitrary<TranscriptEventLine> =>
  fc.record({
    speaker: fc.constantFrom('user', 'oracle'),
    how: fc.constantFrom('spoken', 'written'),
    text,
    at: fc.nat(),
  });
const anyLine = line(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }));

test('whatever was said is split into parts that keep every line in its order, and each part opens to what was sealed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine, { maxLength: 120 }), async (lines) => {
      const read: TranscriptEventLine[] = [];
      let rest: readonly TranscriptEventLine[] = lines;
      for (let part = 0; rest.length > 0; part += 1) {
        const count = linesOfOnePart(rest);
        expect(count).toBeGreaterThan(0);
        const body = { lines: rest.slice(0, count), isLast: count === rest.length };
        const sealed = await sealTranscriptPart(key, { callId, part, account }, body);
        const content = parseTranscriptEvent({ v: 1, callId, part, sealed });
        read.push(...(await openTranscriptPart(key, { callId, part, account }, content.sealed)).lines);
        rest = rest.slice(count);
      }
      expect(read).toEqual(lines);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['of one byte a character', 'x'],
  ['of six bytes of JSON a character', '\u0001'],
  ['of three bytes a character', '€'],
  ['of pictures', '🚲'],
])('the longest lines %s fit an event of Matrix', async (_name, character) => {
  const text = character.repeat(TRANSCRIPT_TEXT_MAX_LENGTH / character.length);
  const lines = Array.from({ length: 30 }, () => ({ speaker: 'oracle', how: 'written', text, at: 1 }) as const);
  const count = linesOfOnePart(lines);
  expect(count).toBeGreaterThan(0);
  const body = { lines: lines.slice(0, count), isLast: false };
  const sealed = await sealTranscriptPart(key, { callId, part: 999, account }, body);
  const clear = JSON.stringify(relatedTranscriptEvent({ v: 1, callId, part: 999, sealed }, `$${'e'.repeat(43)}`));
  // Megolm's ciphertext is base64 of about as many bytes; what stands around it is below two thousand.
  expect((clear.length * 4) / 3 + 2_000).toBeLessThan(MATRIX_EVENT_MAX_BYTES);
});

test('a body that is too large is not sealed', async () => {
  const lines = Array.from(
    { length: 10 },
    () => ({ speaker: 'user', how: 'spoken', text: 'x'.repeat(4_000), at: 1 }) as const,
  );
  const place = { callId, part: 0, account };
  await expect(sealTranscriptPart(key, place, { lines, isLast: true })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_TOO_LARGE',
  });
  expect(TRANSCRIPT_BODY_MAX_BYTES).toBeLessThan(10 * 4_000);
});

test('the reader throws nothing but its own errors, whatever comes', async () => {
  const almost = fc.record(
    {
      v: fc.constantFrom(1, 2, '1'),
      callId: fc.oneof(fc.constant(callId), fc.string()),
      part: fc.integer(),
      sealed: fc.base64String(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.anything(), fc.jsonValue(), almost), async (content) => {
      try {
        const { part, sealed } = parseTranscriptEvent(content);
        await openTranscriptPart(key, { callId, part, account }, sealed);
        expect.unreachable();
      } catch (error) {
        expect(isOracleCallError(error)).toBe(true);
      }
    }),
  );
});

test('no other key, account, call or part opens a part', async () => {
  const body = { lines: [{ speaker: 'user', how: 'spoken', text: 'secret', at: 1 }] as const, isLast: true };
  const place = { callId, part: 3, account };
  const sealed = await sealTranscriptPart(key, place, { ...body, lines: [...body.lines] });
  const otherCall = createCallId(parseMatrixEventId('$other'), parseSfuRoomName('lk-room'));
  const otherKey = new SecretBytes(new Uint8Array(32).fill(8), 'another key');
  const closed = expect.objectContaining({ code: 'ERR_ENVELOPE_OPEN' });
  await expect(openTranscriptPart(otherKey, place, sealed)).rejects.toEqual(closed);
  await expect(openTranscriptPart(key, { ...place, callId: otherCall }, sealed)).rejects.toEqual(closed);
  await expect(openTranscriptPart(key, { ...place, part: 4 }, sealed)).rejects.toEqual(closed);
  await expect(openTranscriptPart(key, { ...place, account: '@alic:localhost' }, sealed)).rejects.toEqual(closed);
  // Sealing the same twice shows nothing of that.
  await expect(sealTranscriptPart(key, place, { ...body, lines: [...body.lines] })).resolves.not.toBe(sealed);
});
