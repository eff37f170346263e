import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import type { Synthesiser } from '../../speech/synthesiser/synthesiser.ts';
import { AnswerVoice } from './answer-voice.ts';
import { VoiceFailures } from './voice-failures.ts';

/** Speaks a second for each word, and writes down what. */
function scriptedVoice(): Synthesiser & { readonly asked: string[]; fails: boolean } {
  const asked: string[] = [];
  const close = (): Promise<void> => Promise.resolve();
  const voice = {
    sampleRate: 1_000,
    asked,
    fails: false,
    synthesise(text: string, { signal }: { signal?: AbortSignal | undefined } = {}) {
      asked.push(text);
      signal?.addEventListener('abort', () => asked.push(`not ${text}`));
      if (voice.fails) return Promise.reject(new Error('hoarse'));
      return Promise.resolve(new Float32Array(1_000 * text.split(' ').length));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return voice;
}

async function* pieces(text: string): AsyncGenerator<string> {
  for (const piece of text.match(/.{1,3}/gs) ?? []) {
    await Promise.resolve();
    yield piece;
  }
}

const speaking = (
  voice: Synthesiser,
  { shown = [], givenUp = [] }: { readonly shown?: string[]; readonly givenUp?: unknown[] } = {},
): AnswerVoice =>
  new AnswerVoice(
    voice,
    new VoiceFailures({
      observer: { words: ({ text }) => void shown.push(text) },
      onGivenUp: (cause) => givenUp.push(cause),
      log: silentLogger,
    }),
  );

const settle = (): Promise<void> => new FakeClock().settle();

describe('the voice of an answer', () => {
  it('speaks sentence by sentence, all of it, in order', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    const reader = answers.speak(pieces('It is. Yes! Go on')).getReader();
    const first = await reader.read();
    expect(voice.asked).toEqual(['It is.']);
    let frames = 1;
    const script = first.value && answers.scriptOf(first.value);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      frames += 1;
      script?.sent(frames * 20);
    }
    expect([voice.asked, frames]).toEqual([['It is.', 'Yes!', 'Go on'], 250]);
    expect([script?.heardBy(2_400).text, script?.lengthMs, script?.isComplete]).toEqual(['It is.', 5_000, true]);
  });

  it('synthesises no further ahead than a few seconds, however fast it is read', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    const reader = answers.speak(pieces('One two three. Four five six. Seven eight. Nine.')).getReader();
    const first = await reader.read();
    let isWaiting = false;
    const rest = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) isWaiting = false;
    })();
    for (let i = 0; i < 20 && !isWaiting; i++) {
      isWaiting = true;
      await settle();
    }
    expect(voice.asked).toEqual(['One two three.', 'Four five six.']);
    const script = first.value && answers.scriptOf(first.value);
    script?.sent(5_900);
    await settle();
    expect(voice.asked).toEqual(['One two three.', 'Four five six.', 'Seven eight.', 'Nine.']);
    script?.sent(9_000);
    await rest;
  });

  it('ends at once when it is given up, even while it waits', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    const reader = answers.speak(pieces('One two three. Four five six. Seven.')).getReader();
    const first = await reader.read();
    const rest = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read());
    })();
    await settle();
    if (first.value !== undefined) {
      const script = answers.scriptOf(first.value);
      if (script !== undefined) answers.giveUp(script);
    }
    await rest;
    expect(voice.asked).not.toContain('Seven.');
  });

  it('has the first sentence of an early answer ready, and speaks it without making it again', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    const rehearsal = answers.rehearse();
    for (const piece of ['It', ' is', '. And', ' more. And more.']) rehearsal.add(piece);
    rehearsal.end();
    expect(voice.asked).toEqual(['It is.']);
    const { value } = await answers.speak(pieces('It is. Yes.')).getReader().read();
    expect([value?.samplesPerChannel, voice.asked]).toEqual([20, ['It is.']]);
  });

  it('makes early answers of one sentence ready too, and keeps no more than two', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    for (const text of ['One.', 'Two.', 'Three.']) {
      const rehearsal = answers.rehearse();
      rehearsal.add(text);
      rehearsal.end();
    }
    await settle();
    expect(voice.asked).toEqual(['One.', 'Two.', 'Three.', 'not One.']);
  });

  it('tries a sentence again that could not be made ready', async () => {
    const voice = scriptedVoice();
    const answers = speaking(voice);
    voice.fails = true;
    const rehearsal = answers.rehearse();
    rehearsal.add('It is.');
    rehearsal.end();
    await settle();
    voice.fails = false;
    const { done } = await answers.speak(pieces('It is.')).getReader().read();
    expect([done, voice.asked]).toEqual([false, ['It is.', 'It is.']]);
  });

  it('shows an answer that cannot be spoken at all, and goes on after a sentence that cannot', async () => {
    const voice = scriptedVoice();
    const shown: string[] = [];
    const answers = speaking(voice, { shown });
    voice.fails = true;
    const reader = answers.speak(pieces('It is. Yes.')).getReader();
    const first = reader.read();
    await settle();
    expect(shown).toEqual(['It is. Yes.']);
    await expect(first).resolves.toMatchObject({ done: true });
    const third = answers.speak(pieces('One. Two.')).getReader();
    voice.synthesise = (text) =>
      text === 'One.' ? Promise.reject(new Error('hoarse')) : Promise.resolve(new Float32Array(20));
    const { value } = await third.read();
    const script = value && answers.scriptOf(value);
    expect([script?.lengthMs, script?.heardBy(20).text, shown]).toEqual([20, 'One. Two.', ['It is. Yes.']]);
  });

  it('is given up when answer after answer has no sound, and not for a sentence here and there', async () => {
    const voice = scriptedVoice();
    const givenUp: unknown[] = [];
    const answers = speaking(voice, { givenUp });
    const answer = async (isHoarse: boolean): Promise<void> => {
      voice.fails = isHoarse;
      await answers.speak(pieces('It is.')).getReader().read();
    };
    for (const isHoarse of [true, true, true, false, true, true, true]) await answer(isHoarse);
    expect(givenUp).toEqual([]);
    await answer(true);
    expect(givenUp).toEqual([expect.objectContaining({ message: 'hoarse' })]);
  });

  it('given up before its first sound is no failure, and what is asked for after that is spoken', async () => {
    const voice = scriptedVoice();
    const shown: string[] = [];
    const answers = speaking(voice, { shown });
    voice.synthesise = () => new Promise<never>(() => undefined);
    const reader = answers.speak(pieces('It is. Yes.')).getReader();
    const first = reader.read();
    await settle();
    answers.giveUpAll();
    await expect(first).resolves.toMatchObject({ done: true });
    voice.synthesise = () => Promise.resolve(new Float32Array(20));
    await expect(answers.speak(pieces('No.')).getReader().read()).resolves.toMatchObject({ done: false });
    expect(shown).toEqual([]);
  });

  it('that nobody wants any more is no failure', async () => {
    const voice = scriptedVoice();
    const shown: string[] = [];
    const answers = speaking(voice, { shown });
    voice.synthesise = (_text, { signal } = {}) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('cut off'))));
    const stream = answers.speak(pieces('It is.'));
    await settle();
    await stream.cancel();
    await settle();
    expect(shown).toEqual([]);
  });
});
