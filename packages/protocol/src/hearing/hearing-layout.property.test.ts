import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { HEARD_HERE, type CallHearing } from './call-hearing.ts';
import { decodeHearing, encodeHearing, HEARING_MAX_BYTES } from './hearing-layout.ts';
import { anyHearing } from './hearing.fixture.ts';

const decode = (bytes: Uint8Array): CallHearing => decodeHearing(bytes, 'ERR_HANDSHAKE_MALFORMED');

test('what was declared is read back, and fits', () => {
  fc.assert(
    fc.property(anyHearing, (hearing) => {
      const bytes = encodeHearing(hearing);
      expect(bytes.length).toBeLessThanOrEqual(HEARING_MAX_BYTES);
      expect(decode(bytes)).toEqual(hearing);
    }),
  );
});

test('a declaration at its longest fits', () => {
  const host = `${'a.'.repeat(124)}aa:8443`;
  const place = { where: 'sent-to', host, what: ['audio', 'text'] } as const;
  const longest = { recognition: place, languageModel: place, speech: place, remembers: true } as const;
  const bytes = encodeHearing({ ...longest, pictures: { ...place, what: ['pictures'] } });
  expect([bytes.length, host.length]).toEqual([HEARING_MAX_BYTES, 255]);
});

test('the order in which kinds are listed changes no byte', () => {
  const sent = (what: readonly ('audio' | 'text')[]) => ({ where: 'sent-to', host: 'a.example', what }) as const;
  const [one, other] = [sent(['audio', 'text']), sent(['text', 'audio'])].map((recognition) =>
    encodeHearing({ ...HEARD_HERE, recognition }),
  );
  expect(one).toEqual(other);
});

test('changed bytes are another declaration or none', () => {
  fc.assert(
    fc.property(anyHearing, fc.nat(), fc.nat(255), (hearing, at, byte) => {
      const bytes = encodeHearing(hearing);
      const index = at % bytes.length;
      fc.pre(bytes[index] !== byte);
      bytes[index] = byte;
      let read: CallHearing;
      try {
        read = decode(bytes);
      } catch (error) {
        expect(isOracleCallError(error) && error.code).toBe('ERR_HANDSHAKE_MALFORMED');
        return;
      }
      expect(read).not.toEqual(hearing);
      expect(encodeHearing(read)).toEqual(bytes);
    }),
  );
});

test('what nobody would take is not encoded', () => {
  const place = { where: 'sent-to', host: 'API.example.com', what: ['text'] } as const;
  expect(() => encodeHearing({ ...HEARD_HERE, speech: place })).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
  );
});
