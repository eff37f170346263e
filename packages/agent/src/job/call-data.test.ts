import { silentLogger } from '@oracle-calls/protocol';
import {
  CAPTION_MAX_LENGTH,
  CAPTION_WORDS_MAX,
  createPayloadId,
  encodePayload,
} from '@oracle-calls/protocol/data-frame';
import type { DataPayload } from '@oracle-calls/protocol/data-frame';
import { expect, test } from 'vitest';
import { CallData } from './call-data.ts';

const nothing = (): void => undefined;
const requests = { interrupt: nothing, write: nothing, hangUp: nothing, answer: nothing, memory: nothing };

function captionOf(text: string, word: string, count: number) {
  const sent: DataPayload[] = [];
  const data = new CallData({ send: (payload) => void sent.push(payload) }, requests, silentLogger);
  const words = Array.from({ length: count }, (_, i) => ({ text: word, startMs: i, endMs: i + 1 }));
  data.words({ speaker: 'oracle', segment: createPayloadId(), text, isFinal: true, words });
  const [caption] = sent;
  if (caption?.kind !== 'caption') throw new TypeError('no caption was sent');
  // What cannot be encoded never arrives.
  encodePayload(caption);
  return caption;
}

test('a caption has the times of its words where they fit, and is read without them where they do not', () => {
  expect(captionOf('It is Paris.', 'Paris', 3).words).toHaveLength(3);
  const tooMany = captionOf('a '.repeat(400), 'a', CAPTION_WORDS_MAX + 1);
  const tooLong = captionOf('see the address', `https://${'a'.repeat(100)}`, 1);
  const tooLarge = captionOf('w '.repeat(300), 'w'.repeat(90), CAPTION_WORDS_MAX);
  expect([tooMany.words, tooLong.words, tooLarge.words]).toEqual([undefined, undefined, undefined]);
  expect([tooMany.text.length, tooLong.text, tooLarge.text.length]).toEqual([800, 'see the address', 600]);
});

test('a caption that is too long is cut between two letters, and says no times of words that it does not have', () => {
  const { text, words } = captionOf(`${'a'.repeat(CAPTION_MAX_LENGTH - 1)}👍`, 'a', 1);
  expect([text.length, text.isWellFormed(), words]).toEqual([CAPTION_MAX_LENGTH, true, undefined]);
});

test('a turn is logged from where the speech ended, and without any time where nobody knows that', () => {
  const logged: unknown[] = [];
  const log = { ...silentLogger, info: (_message: string, fields?: object) => void logged.push(fields) };
  const data = new CallData({ send: nothing }, requests, log);
  data.turn({ turn: 1, userStoppedAt: 0, firstAudioAt: 700, outcome: 'answered' });
  data.turn({ turn: 2, firstAudioAt: 9_700, outcome: 'answered' });
  expect(logged).toEqual([
    { userStoppedAt: '1970-01-01T00:00:00.000Z', turn: 1, outcome: 'answered', firstAudioMs: 700 },
    { turn: 2, outcome: 'answered' },
  ]);
});
