import { systemClock } from '@oracle-calls/protocol';
import { resample } from '@oracle-calls/node-media/pcm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecording } from '../../benchmarks/conversation/recordings/recording.ts';
import type { RecordingKind } from '../../benchmarks/conversation/recordings/recording.ts';
import { SPOKEN_SET } from '../../benchmarks/conversation/recordings/spoken-set.ts';
import { openModels } from './turns/models.ts';
import type { SpokenModels } from './turns/models.ts';
import { SpokenScene } from './turns/spoken-scene.ts';
import { EAR_RATE, listenTo, userSays } from './turns/timed-ear.ts';
import type { Heard } from './turns/timed-ear.ts';
import { FINISHED, UNFINISHED } from './turns/utterances.ts';

const STORY =
  'Once upon a time there was a small town at the sea. Its people were fishers and farmers, and they loved music. ' +
  'Every evening they met at the harbour and sang old songs until the moon was high above the water.';

let models: SpokenModels;
let story: Float32Array;

beforeAll(async () => {
  models = await openModels();
  story = await models.synthesiser.synthesise(STORY);
});

afterAll(() => models[Symbol.asyncDispose]());

const sound = (ms: number, sampleAt: (seconds: number) => number): Float32Array =>
  Float32Array.from({ length: (ms / 1000) * EAR_RATE }, (_, i) => sampleAt(i / EAR_RATE));
const hiss = (): number => Math.random() - 0.5;
const whats = (heard: Heard): string[] => heard.map(([what]) => what);
const momentOf = (heard: Heard, what: Heard[number][0]): number => heard.find((one) => one[0] === what)?.[1] ?? NaN;
const lengthMsOf = (samples: Float32Array): number => (samples.length / EAR_RATE) * 1000;

describe('turns, by the real models in a time of their own', () => {
  test('a question is a turn as soon as it is over, with its words', { timeout: 60_000 }, async () => {
    const samples = await userSays(models, 'What is the capital city of France?');
    const heard = await listenTo(models, {
      sounds: [{ atMs: 500, samples }],
      lengthMs: 500 + lengthMsOf(samples) + 2_500,
    });
    expect(heard.map(([what, , text]) => [what, text.toLowerCase()])).toEqual([
      ['turn', 'what is the capital city of france?'],
    ]);
    expect(momentOf(heard, 'turn') - 500 - lengthMsOf(samples)).toBeLessThan(350);
  });

  test('finished and unfinished sentences are told apart', { timeout: 240_000 }, async () => {
    /** From the end of the speech to the end of the turn, in ms. */
    const waits = async (text: string): Promise<number> => {
      const samples = await userSays(models, text);
      const heard = await listenTo(models, {
        sounds: [{ atMs: 300, samples }],
        lengthMs: 300 + lengthMsOf(samples) + 2_600,
      });
      return momentOf(heard, 'turn') - 300 - lengthMsOf(samples);
    };
    const right = { finished: 0, unfinished: 0 };
    for (const text of FINISHED) if ((await waits(text)) < 500) right.finished += 1;
    for (const text of UNFINISHED) if ((await waits(text)) > 750) right.unfinished += 1;
    console.log(`turns told apart: ${JSON.stringify(right)} of ${FINISHED.length} and ${UNFINISHED.length}`);
    expect(right.finished).toBeGreaterThanOrEqual(FINISHED.length * 0.8);
    expect(right.unfinished).toBeGreaterThanOrEqual(UNFINISHED.length * 0.8);
  });

  test('coughs, clicks, hiss, hum and music are no turns', { timeout: 120_000 }, async () => {
    const notes = [262, 330, 392, 523];
    const sounds = [
      // A cough: a burst that dies away.
      { atMs: 500, samples: sound(350, (t) => hiss() * Math.exp(-t * 14)) },
      { atMs: 1_500, samples: sound(15, hiss) },
      { atMs: 1_800, samples: sound(15, hiss) },
      { atMs: 2_500, samples: sound(3_000, () => hiss() * 0.2) },
      { atMs: 6_000, samples: sound(3_000, (t) => 0.3 * Math.sin(2 * Math.PI * 50 * t)) },
      {
        atMs: 9_500,
        samples: sound(4_000, (t) => {
          const note = notes[Math.floor(t * 4) % notes.length] ?? 0;
          return (
            0.3 * Math.exp(-3 * ((t * 4) % 1)) * Math.sin(2 * Math.PI * note * t) +
            0.1 * Math.sin(2 * Math.PI * 131 * t)
          );
        }),
      },
    ];
    expect(whats(await listenTo(models, { sounds, lengthMs: 16_000 })).filter((what) => what !== 'dropped')).toEqual(
      [],
    );
  });

  test.each([
    [60, 0.3],
    [180, 0.5],
    [300, 0.1],
  ])(
    'the oracle’s own voice, %i ms late and %f as loud, neither stops it nor is a turn',
    { timeout: 120_000 },
    async (delayMs, gain) => {
      const oracle = { samples: story, text: STORY, delayMs, gain };
      expect(await listenTo(models, { sounds: [], oracle, lengthMs: story.length / 48 + 2_000 })).toEqual([]);
    },
  );

  test('a user who speaks over an echo is heard', { timeout: 120_000 }, async () => {
    const samples = await userSays(models, 'Stop. What time is it?');
    for (const gain of [0, 0.2]) {
      const oracle = { samples: story, text: STORY, delayMs: 120, gain };
      const heard = await listenTo(models, { sounds: [{ atMs: 5_000, samples }], oracle, lengthMs: 9_000 });
      expect(whats(heard).slice(0, 2), JSON.stringify(heard)).toEqual(['held', 'interrupted']);
      expect(momentOf(heard, 'held') - 5_000).toBeLessThanOrEqual(200);
    }
  });

  // Not "mm-hmm": the synthesiser cannot say it.
  test.each(['Okay.', 'Yeah.', 'Right.'])('after %j the oracle goes on', { timeout: 60_000 }, async (text) => {
    const samples = await userSays(models, text);
    const oracle = { samples: story, text: STORY, delayMs: 0, gain: 0 };
    const heard = await listenTo(models, { sounds: [{ atMs: 4_000, samples }], oracle, lengthMs: 7_000 });
    expect(whats(heard), JSON.stringify(heard)).toEqual(['held', 'released', 'dropped']);
    expect(momentOf(heard, 'released') - 4_000 - lengthMsOf(samples)).toBeLessThan(700);
  });
});

describe('what is said into an answer, as it was recorded', () => {
  /** Not quite as loud, and not in step with the windows of 32 ms. */
  const WAYS = [
    [0, 1],
    [9, 0.5],
    [17, 0.35],
    [25, 0.7],
  ] as const;

  /** What the oracle did, each time that a recording of this kind was played into its story. */
  async function reactions(kind: RecordingKind, heardBy: SpokenModels): Promise<readonly string[][]> {
    const oracle = { samples: story, text: STORY, delayMs: 0, gain: 0 };
    const found: string[][] = [];
    for (const recording of SPOKEN_SET.filter((one) => one.kind === kind)) {
      const { samples } = await readRecording(recording);
      for (const [offsetMs, gain] of WAYS) {
        const sounds = [{ atMs: 3_000 + offsetMs, samples: samples.map((sample) => sample * gain) }];
        const heard = await listenTo(heardBy, { sounds, oracle, lengthMs: 3_000 + lengthMsOf(samples) + 1_000 });
        found.push(whats(heard));
      }
    }
    return found;
  }
  const goesOn = (what: readonly string[]): boolean => !what.includes('interrupted') && what.at(-1) !== 'held';

  test('signs of listening let it go on, because they are looked for in the sound', { timeout: 240_000 }, async () => {
    const withComparison = await reactions('back-channel', models);
    const textOnly: SpokenModels = {
      ...models,
      recogniser: {
        ...models.recogniser,
        transcribe: (pcm, { signal } = {}) => models.recogniser.transcribe(pcm, { signal }),
      },
    };
    const byText = await reactions('back-channel', textOnly);
    const [wentOn, byTextWentOn] = [withComparison, byText].map((all) => all.filter(goesOn).length);
    console.log(
      `signs of listening let it go on: ${wentOn} of ${withComparison.length}; by their text alone ${byTextWentOn}`,
    );
    expect(wentOn).toBeGreaterThanOrEqual(withComparison.length - 1);
    expect(byTextWentOn).toBeLessThan(withComparison.length - 4);
  });

  test('interruptions stop it, each', { timeout: 240_000 }, async () => {
    for (const what of await reactions('interruption', models))
      expect(what.slice(0, 2)).toEqual(['held', 'interrupted']);
  });

  test('noises do not', { timeout: 120_000 }, async () => {
    for (const what of await reactions('noise', models)) expect(what).not.toContain('interrupted');
  });
});

describe('a spoken conversation in real time', () => {
  test(
    'answers, goes on after "okay", stops for a question, and knows how far it got',
    { timeout: 120_000 },
    async () => {
      await using scene = await SpokenScene.open(models, {
        answer: (question) => (/story/i.test(question) ? STORY : 'It is noon.'),
      });
      const until = async (isSo: () => boolean): Promise<void> => {
        const startedAt = systemClock.now();
        while (!isSo() && systemClock.now() - startedAt < 60_000) await systemClock.sleep(20);
        expect(isSo()).toBe(true);
      };
      await systemClock.sleep(500);
      await scene.say('Tell me a story.');
      await until(() => scene.words.some(({ speaker, text }) => speaker === 'oracle' && /small/.test(text)));
      await scene.say('Okay.');
      await until(() => scene.words.some(({ speaker, text }) => speaker === 'oracle' && /fishers/.test(text)));
      expect(scene.userSaid).toHaveLength(1);
      await scene.say('Stop. What time is it?');
      await until(() => scene.turns.length === 2);
      const told = scene.asked.at(-1)?.find(({ isInterrupted }) => isInterrupted === true);
      expect(scene.oracleSaid).toEqual([told?.text, 'It is noon.']);
      expect(STORY.startsWith(told?.text ?? 'nothing')).toBe(true);
      // What was played is what the captions say, recognised again. Its last word counts from its middle on, so the ones before it are looked for.
      const played = resample(scene.room.heard, EAR_RATE, EAR_RATE);
      const heardWords: string[] = [];
      // Piece by piece, each half over the next: of much speech at once the recogniser may leave something out.
      for (let at = 0; at < played.length; at += 3 * EAR_RATE) {
        const { text } = await models.recogniser.transcribe(played.slice(at, at + 6 * EAR_RATE));
        heardWords.push(text.toLowerCase());
      }
      expect(heardWords.join(' ')).toContain('people');
    },
  );
});
