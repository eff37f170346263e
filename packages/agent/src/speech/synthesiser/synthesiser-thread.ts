// eSpeak NG, compiled: GPL-3.0-or-later. This thread is the only place that loads it (docs/decisions/0003-local-speech.md).
import { phonemize } from 'phonemizer';
import { serveEngine } from '../engine/serve-engine.ts';
import { resample } from '@oracle-calls/node-media/pcm';
import { Piper } from './piper.ts';
import type { SynthesiserThreadData, TimedSpeech } from './synthesiser.ts';

await serveEngine<string, TimedSpeech, { sampleRate: number }>(async (data) => {
  const { weightsDir, sampleRate } = data as SynthesiserThreadData;
  const voice = await Piper.load(weightsDir, async (clause, espeakVoice) =>
    (await phonemize(clause, espeakVoice)).join(' '),
  );
  const rate = sampleRate ?? voice.sampleRate;
  // The first run allocates; let no caller wait for that.
  await voice.synthesise('Ready.');
  return {
    facts: { sampleRate: rate },
    run: async (text) => {
      const { samples, words } = await voice.synthesise(text);
      return { samples: resample(samples, voice.sampleRate, rate), words };
    },
  };
});
