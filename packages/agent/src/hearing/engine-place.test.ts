import { describe, expect, it, test } from 'vitest';
import { listenersOf, ON_THIS_MACHINE, placeOf } from './engine-place.ts';

test.each([
  'http://127.0.0.1:11434/v1',
  'http://127.3.2.1',
  'http://localhost:8000',
  'http://[::1]:8000/v1',
  'http://ollama.localhost',
])('%s is this machine', (url) => {
  expect(placeOf(url, ['text'])).toEqual(ON_THIS_MACHINE);
});

test.each([
  ['https://api.example.com/v1', 'api.example.com'],
  ['https://user:pass@models.example:8443/v1?key=1', 'models.example:8443'],
  ['http://192.168.1.7:8000', '192.168.1.7:8000'],
  ['http://localhost.example.com', 'localhost.example.com'],
  ['http://127.0.0.1.example.com', '127.0.0.1.example.com'],
  ['http://[fe80::1]', '[fe80::1]'],
])('%s is another machine, named without path and credentials', (url, host) => {
  expect(placeOf(url, ['text'])).toEqual({ where: 'sent-to', host, what: ['text'] });
});

describe('who hears a call', () => {
  it('is nobody when every part works here', () => {
    const hearing = { recognition: ON_THIS_MACHINE, languageModel: ON_THIS_MACHINE, speech: ON_THIS_MACHINE };
    expect(listenersOf(hearing)).toEqual([]);
  });

  it('is each host once, with all that it gets', () => {
    const hearing = {
      recognition: placeOf('https://a.example', ['audio']),
      languageModel: placeOf('https://a.example', ['text']),
      speech: placeOf('https://b.example', ['text']),
    };
    expect(listenersOf(hearing)).toEqual([
      { host: 'a.example', what: ['audio', 'text'] },
      { host: 'b.example', what: ['text'] },
    ]);
  });
});
