import { describe, expect, it } from 'vitest';
import { identityOf } from './join-token.ts';

const token = (claims: string): string => `header.${Buffer.from(claims).toString('base64url')}.signature`;

describe('whom a join token names', () => {
  it('is its subject', () => {
    expect(identityOf(token('{"sub":"a-ü","video":{}}'))).toBe('a-ü');
  });

  it.each(['', 'a.b', token(''), token('{}'), token('{"sub":""}'), token('{"sub":5}')])(
    'is nobody in %j, and the error does not quote it',
    (text) => {
      const failed = (): unknown => {
        try {
          return identityOf(text);
        } catch (error) {
          return error;
        }
      };
      expect(failed()).toMatchObject({ code: 'ERR_MEDIA_CONNECT' });
      expect(failed()).not.toHaveProperty('cause');
    },
  );
});
