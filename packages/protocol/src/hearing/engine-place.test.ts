import { describe, expect, it, test } from 'vitest';
import { parseWith } from '../parse.ts';
import { enginePlaceSchema, ON_THIS_MACHINE, placeOf } from './engine-place.ts';

test.each(['http://127.0.0.1:11434/v1', 'http://127.3.2.1', 'http://localhost:8000', 'http://[::1]:8000/v1'])(
  '%s is this machine',
  (url) => {
    expect(placeOf(url, ['text'])).toEqual(ON_THIS_MACHINE);
  },
);

test.each([
  ['https://api.example.com/v1', 'api.example.com'],
  ['https://user:pass@models.example:8443/v1?key=1', 'models.example:8443'],
  ['http://192.168.1.7:8000', '192.168.1.7:8000'],
  // By the book it is this machine, and by some resolvers it is whoever answers.
  ['http://ollama.localhost', 'ollama.localhost'],
  ['http://localhost.example.com', 'localhost.example.com'],
  ['http://127.0.0.1.example.com', '127.0.0.1.example.com'],
  ['http://[fe80::1]', '[fe80::1]'],
  ['https://Bücher.example', 'xn--bcher-kva.example'],
  ['https://models_2.internal.', 'models_2.internal.'],
])('%s is another machine, named without path and credentials', (url, host) => {
  const place = placeOf(url, ['text']);
  expect(place).toEqual({ where: 'sent-to', host, what: ['text'] });
  expect(parseWith(enginePlaceSchema, place)).toEqual(place);
});

describe('a host that is shown to a person', () => {
  it.each([
    ['nothing', ''],
    ['another direction of the text', 'api.example.com\u{202e}'],
    ['a line break', 'api.example.com\n'],
    ['a letter that looks like another', '\u{430}pi.example.com'],
    ['a space', 'this machine'],
    ['a path', 'api.example.com/v1'],
    ['credentials', 'user@api.example.com'],
    ['capitals', 'API.example.com'],
    ['port 0', 'api.example.com:0'],
    ['an empty label', 'api..example.com'],
    ['a hyphen at an end', '-api.example.com'],
    ['a label of 64 characters', 'a'.repeat(64)],
    ['more than 255 characters', `${'a.'.repeat(128)}com`],
  ])('has not %s', (_what, host) => {
    expect(() => parseWith(enginePlaceSchema, { where: 'sent-to', host, what: ['text'] })).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    );
  });
});

test.each([
  ['nothing', []],
  ['the same twice', ['text', 'text']],
  ['an unknown kind', ['thoughts']],
])('a place is not sent %s', (_what, what) => {
  expect(() => parseWith(enginePlaceSchema, { where: 'sent-to', host: 'a.example', what })).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
  );
});
