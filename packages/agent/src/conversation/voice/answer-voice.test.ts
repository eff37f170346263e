import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import type { Synthesiser } from '../../speech/synthesiser/synthesiser.ts';
import { AnswerVoice } from './answer-voice.ts';

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

const settle = (): Promise<void> => new FakeClock().settle();

describe('the voice of an answer', () => {
  it('speaks sentence by sentence, all of it, in order', async () => {
    const voice = scriptedVoice();
    const answers = new AnswerVoice(voice);
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
    const answers = new AnswerVoice(voice);
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
    const answers = new AnswerVoice(voice);
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
    const answers = new AnswerVoice(voice);
    const rehearsal = answers.rehearse();
    for (const piece of ['It', ' is', '. And', ' more. And more.']) rehearsal.add(piece);
    rehearsal.end();
    expect(voice.asked).toEqual(['It is.']);
    const { value } = await answers.speak(pieces('It is. Yes.')).getReader().read();
    expect([value?.samplesPerChannel, voice.asked]).toEqual([20, ['It is.']]);
  });

  it('makes early answers of one sentence ready too, and keeps no more than two', async () => {
    const voice = scriptedVoice();
    const answers = new AnswerVoice(voice);
    for (const text of ['One.', 'Two.', 'Three.']) {
      const rehearsal = answers.rehearse();
      rehearsal.add(text);
      rehearsal.end();
    }
    await settle();
    expect(voice.asked).toEqual(['One.', 'Two.', 'Three.', 'not One.']);
  });

  it('fails as its synthesiser does', async () => {
    const voice = scriptedVoice();
    voice.fails = true;
    await expect(new AnswerVoice(voice).speak(pieces('It is.')).getReader().read()).rejects.toThrow('hoarse');
  });
});
