import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { decodeContext, encodeContext } from './context-encoding.ts';
import { encodeSignedEnvelope, parseSignedEnvelope } from './envelope-format.ts';
import { openSignedEnvelope } from './open.ts';
import { createScene } from './scene.fixture.ts';

/** Codes with which bytes from outside may be refused. */
const PARSER_CODES = ['ERR_ENVELOPE_MALFORMED', 'ERR_PROTOCOL_UNKNOWN_VERSION', 'ERR_ENVELOPE_UNSUPPORTED'];

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (isOracleCallError(error)) return error.code;
    throw error;
  }
}

describe.each([
  ['hpke-x25519', 'Ed25519'],
  ['ecies-secp256k1', 'ES256K'],
] as const)('%s signed with %s', async (suite, algorithm) => {
  const { sealed, opening } = await createScene(suite, algorithm);
  const good = hexToBytes(sealed.envelopeHex);

  test('a flipped bit anywhere fails with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length * 8 - 1), async (bit) => {
        const bytes = good.slice();
        const index = Math.floor(bit / 8);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
        const code = await codeOf(() =>
          openSignedEnvelope({ ...opening, envelope: parseSignedEnvelope(bytesToHex(bytes)) }),
        );
        expect(code).toMatch(/^ERR_(ENVELOPE_|PROTOCOL_UNKNOWN_VERSION$)/);
      }),
      { numRuns: 200 },
    );
  });

  test('an envelope cut short, drawn out or with a byte put in is no envelope', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), async (at, byte, isCut) => {
        const bytes = isCut ? good.subarray(0, at) : Uint8Array.of(...good, byte);
        expect(PARSER_CODES).toContain(await codeOf(() => parseSignedEnvelope(bytesToHex(bytes))));
      }),
      { numRuns: 200 },
    );
  });

  test('bytes changed at random are refused, or parse to exactly what they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = good.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          const code = await codeOf(() => {
            expect(encodeSignedEnvelope(parseSignedEnvelope(bytesToHex(bytes)))).toEqual(bytes);
          });
          expect(['accepted', ...PARSER_CODES]).toContain(code);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('decode and encode of a context are each other’s inverse', () => {
    expect(decodeContext(encodeContext(sealed.envelope.context))).toEqual(sealed.envelope.context);
  });
});

test('the parser throws nothing but its own errors, whatever the text', async () => {
  const hex = fc.uint8Array({ maxLength: 600 }).map((bytes) => `10${bytesToHex(bytes)}`);
  const context = fc.uint8Array({ maxLength: 400 }).map((bytes) => {
    const body = bytesToHex(Uint8Array.of(2, 1, 1, ...bytes));
    return `10${(body.length / 2).toString(16).padStart(4, '0')}${body}`;
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), hex, context), async (text) => {
      expect(PARSER_CODES).toContain(await codeOf(() => parseSignedEnvelope(text)));
    }),
    { numRuns: 500 },
  );
});

test('text that is not an envelope in lower-case hex is refused', async () => {
  const { sealed } = await createScene('hpke-x25519', 'Ed25519');
  for (const text of [
    '',
    '1',
    '10',
    `04${'00'.repeat(128)}`,
    sealed.envelopeHex.toUpperCase(),
    ` ${sealed.envelopeHex}`,
    '10'.repeat(8193),
  ]) {
    expect(await codeOf(() => parseSignedEnvelope(text))).toBe('ERR_ENVELOPE_MALFORMED');
  }
});
