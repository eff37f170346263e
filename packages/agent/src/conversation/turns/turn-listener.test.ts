import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { turnRules } from '../../oracle/turn-settings.ts';
import type { TurnSettings } from '../../oracle/turn-settings.ts';
import type { Rival } from '../../speech/recogniser/recogniser.ts';
import { TurnListener } from './turn-listener.ts';

const WINDOW_MS = 32;
const WINDOW = new Float32Array(512);

interface SceneOptions {
  /** What is recognised, by how much voice was heard, in ms: the last entry that it reaches. */
  readonly words?: readonly (readonly [fromMs: number, text: string, rival?: Rival])[];
  readonly recognitionMs?: number;
  /** How likely the turn is over; `none` where nobody hears it. */
  readonly completion?: number | 'none';
  readonly rules?: TurnSettings;
}

/** A listener with a scripted recogniser, an oracle and an echo that are what the test says, and a clock that moves with the windows. */
class Scene {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly oracle = {
    isBusy: false,
    isEnding: false,
    lately: '',
    hold: () => this.note('held'),
    release: () => this.note('released'),
  };
  readonly ownVoice = {
    isEcho: false,
    mayEcho: false,
    heard: () => undefined,
    userSpeaks: () => undefined,
    userSilent: ({ wasEcho }: { readonly wasEcho: boolean }) => (wasEcho ? this.note('echo learned') : undefined),
  };
  readonly runs: number[] = [];
  /** Whether each run was to compare with signs of listening. */
  readonly compared: boolean[] = [];
  cancelled = 0;
  words: NonNullable<SceneOptions['words']>;
  readonly listener: TurnListener;
  readonly #startedAt = this.clock.now();
  #voicedMs = 0;

  constructor({ words = [[0, 'Order a taxi.']], recognitionMs = 0, completion = 0.9, rules = {} }: SceneOptions = {}) {
    this.words = words;
    const close = (): Promise<void> => Promise.resolve();
    this.listener = new TurnListener({
      recogniser: {
        transcribe: async (pcm, { signal, rivals } = {}) => {
          this.runs.push(Math.round(pcm.length / 16));
          signal?.addEventListener('abort', () => (this.cancelled += 1));
          const voicedMs = this.#voicedMs;
          if (recognitionMs > 0) await this.clock.sleep(recognitionMs, { signal });
          const [, text = '', rival] = this.words.findLast(([fromMs]) => voicedMs >= fromMs) ?? [];
          this.compared.push(rivals !== undefined);
          return { text, ...(rivals === undefined || rival === undefined ? {} : { rival }) };
        },
        close,
        [Symbol.asyncDispose]: close,
      },
      turnDetector:
        completion === 'none'
          ? undefined
          : { completion: () => Promise.resolve(completion), close, [Symbol.asyncDispose]: close },
      oracle: this.oracle,
      ownVoice: this.ownVoice,
      rules: turnRules(rules),
      events: {
        begun: () => this.note('begun'),
        interim: (text) => this.note(`… ${text}`),
        likely: (text) => this.note(`likely ${text}`),
        interrupted: () => this.note('interrupted'),
        turn: ({ text, stoppedAt }) => this.note(`turn ${text} (ended ${this.clock.now() - stoppedAt} ms ago)`),
        notHeard: () => this.note('not heard'),
        dropped: () => this.note('dropped'),
      },
      clock: this.clock,
      log: silentLogger,
    });
  }

  get ms(): number {
    return this.clock.now() - this.#startedAt;
  }

  note(what: string): void {
    this.log.push(what);
  }

  async voice(ms: number): Promise<void> {
    await this.#windows(ms, 0.9);
  }

  async quiet(ms: number): Promise<void> {
    await this.#windows(ms, 0.05);
  }

  /** One window. */
  async blip(probability: number): Promise<void> {
    await this.#windows(WINDOW_MS, probability);
  }

  async #windows(ms: number, probability: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += WINDOW_MS) {
      await this.clock.advance(WINDOW_MS);
      if (probability > 0.5) this.#voicedMs += WINDOW_MS;
      this.listener.hear({ samples: WINDOW, probability });
      await this.clock.settle();
    }
  }

  /** What was noted, without what is still in flow. */
  get decided(): string[] {
    return this.log.filter((line) => !line.startsWith('…') && !line.startsWith('likely'));
  }
}

describe('the end of a turn', () => {
  it('that sounds finished comes soon after the speech, with its words and its instant', async () => {
    const scene = new Scene();
    await scene.voice(960);
    await scene.quiet(320);
    expect(scene.log).toEqual([
      'begun',
      '… Order a taxi.',
      'likely Order a taxi.',
      'turn Order a taxi. (ended 192 ms ago)',
    ]);
  });

  it('that sounds as if it went on waits for more', async () => {
    const scene = new Scene({ completion: 0.2, rules: { endOfTurnMaxMs: 1_500 } });
    await scene.voice(960);
    await scene.quiet(1_472);
    expect(scene.decided).toEqual(['begun']);
    await scene.quiet(64);
    expect(scene.decided).toEqual(['begun', 'turn Order a taxi. (ended 1504 ms ago)']);
  });

  it('is not believed of words that no sentence ends with, however they sound', async () => {
    const scene = new Scene({
      words: [
        [0, 'I would like to order a.'],
        [1_500, 'I would like to order a taxi.'],
      ],
    });
    await scene.voice(960);
    await scene.quiet(1_000);
    expect(scene.decided).toEqual(['begun']);
    await scene.voice(640);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn I would like to order a taxi\./);
  });

  it('is waited for half as long when sound and words disagree', async () => {
    const waitOf = async (completion: number, ...words: NonNullable<SceneOptions['words']>): Promise<number> => {
      const scene = new Scene({ completion, words, rules: { endOfTurnMinMs: 160, endOfTurnMaxMs: 1_500 } });
      await scene.voice(960);
      const stoppedMs = scene.ms;
      while (scene.decided.length < 2 && scene.ms < 5_000) await scene.quiet(WINDOW_MS);
      return scene.ms - stoppedMs;
    };
    expect(await waitOf(0.9, [0, 'Which bus,'])).toBe(832);
    expect(await waitOf(0.2, [0, 'Which bus?'])).toBe(832);
    expect(await waitOf(0.2, [0, 'Which bus.'])).toBe(1_504);
    expect(await waitOf(0.9, [0, 'Which bus?'])).toBe(192);
  });

  it('of a question is known by the mark that was heard while it was spoken', async () => {
    const scene = new Scene({ words: [[0, 'Which bus?']] });
    await scene.voice(960);
    scene.words = [[0, 'Which bus,']];
    await scene.voice(64);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toBe('turn Which bus, (ended 192 ms ago)');
  });

  it('is found by words and silence alone where nobody hears it', async () => {
    const scene = new Scene({ completion: 'none' });
    await scene.voice(960);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn /);
  });

  it('waits for slow recognition, and tells likely words as soon as it has them', async () => {
    const scene = new Scene({ recognitionMs: 500, completion: 0.2 });
    await scene.voice(320);
    await scene.quiet(640);
    expect(scene.log).toEqual(['begun', '… Order a taxi.', 'likely Order a taxi.']);
  });

  it('of a long story is found without recognising all of it again', async () => {
    const scene = new Scene({
      words: [
        [0, 'First part'],
        [11_000, 'second part.'],
      ],
      completion: 0.9,
    });
    scene.words = [[0, 'And then the']];
    await scene.voice(10_400);
    await scene.quiet(480);
    scene.words = [[0, 'end.']];
    await scene.voice(480);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn And then the end\./);
    expect(scene.runs.at(-1)).toBeLessThan(2_000);
  });
});

describe('a voice that never pauses', () => {
  it('is taken down bit by bit, and no more of its sound is kept than half a minute', async () => {
    const scene = new Scene({ words: [[0, 'And now the weather.']] });
    await scene.voice(70_000);
    expect(Math.max(...scene.runs)).toBeLessThanOrEqual(30_000);
    await scene.quiet(320);
    expect(scene.decided.find((line) => line.startsWith('turn'))).toMatch(
      /^turn And now the weather\. And now the weather\. And now the weather\. \(/,
    );
  });

  it('and of which nothing is understood is no voice', async () => {
    const scene = new Scene({ words: [[0, '']] });
    await scene.voice(29_900);
    expect(scene.decided).toEqual(['begun']);
    await scene.voice(10_000);
    expect(scene.decided).toEqual(['begun', 'dropped']);
  });
});

describe('listening while somebody speaks', () => {
  it('looks again as the utterance grows, one run at a time, and never more than half of the time', async () => {
    const scene = new Scene({ recognitionMs: 400 });
    await scene.voice(4_000);
    expect(scene.runs.length).toBeGreaterThan(2);
    expect(scene.runs.length).toBeLessThanOrEqual(Math.ceil(4_000 / 800));
  });

  it('does not recognise again what was understood before the silence', async () => {
    const scene = new Scene({ recognitionMs: 300, completion: 0.2 });
    await scene.voice(320);
    await scene.quiet(96);
    expect(scene.runs).toHaveLength(1);
    await scene.quiet(800);
    expect(scene.runs).toHaveLength(1);
  });

  it('takes a click for nothing', async () => {
    const scene = new Scene();
    await scene.voice(32);
    await scene.quiet(1_000);
    expect([scene.log, scene.runs]).toEqual([[], []]);
  });

  it('drops what is no speech, and what a recogniser makes up', async () => {
    for (const text of ['', 'Thank you.', 'no no no no no no no']) {
      const scene = new Scene({ words: [[0, text]] });
      await scene.voice(160);
      await scene.quiet(400);
      expect(scene.log).toEqual(['begun', 'dropped']);
    }
  });
});

describe('somebody who speaks over the oracle', () => {
  const speaking = (options: SceneOptions = {}): Scene => {
    const scene = new Scene(options);
    scene.oracle.isBusy = true;
    return scene;
  };

  it('makes it silent with the first window that is surely a voice, else with the second', async () => {
    const sure = speaking();
    await sure.blip(0.6);
    expect(sure.log).toEqual(['held', 'begun']);
    const soft = speaking();
    await soft.blip(0.55);
    expect(soft.log).toEqual([]);
    await soft.blip(0.55);
    expect(soft.log).toEqual(['held', 'begun']);
  });

  it('lets it go on after a click, at once and without looking for words in it', async () => {
    const scene = speaking();
    await scene.voice(32);
    await scene.quiet(64);
    expect(scene.log).toEqual(['held', 'begun', 'released', 'dropped']);
    expect(scene.runs).toEqual([]);
  });

  it('is heard from the beginning when the first sound was taken for a click', async () => {
    const scene = speaking();
    await scene.voice(32);
    await scene.quiet(64);
    await scene.voice(640);
    await scene.quiet(96);
    expect(scene.runs.at(-1)).toBe(32 + 64 + 640 + 96);
  });

  it('interrupts it with words, while still speaking, and is answered', async () => {
    const scene = speaking({
      words: [
        [0, 'Stop, what'],
        [800, 'Stop, what about Spain?'],
      ],
    });
    await scene.voice(1_600);
    expect(scene.log).toEqual(['held', 'begun', 'interrupted', '… Stop, what about Spain?']);
    await scene.quiet(320);
    expect(scene.decided.slice(-2)).toEqual(['released', 'turn Stop, what about Spain? (ended 192 ms ago)']);
  });

  it.each(['Mhm.', 'Okay, right.', 'Yes'])('lets it go on with %j, soon', async (text) => {
    const scene = speaking({ words: [[0, text]] });
    await scene.voice(320);
    await scene.quiet(700);
    expect(scene.log).toEqual(['held', 'begun', 'released', 'dropped']);
  });

  it('lets it go on with what was probably a sign of listening, and with nothing else that is likely', async () => {
    const after = async (behind: number): Promise<string[]> => {
      const scene = speaking({ words: [[0, 'A high.', { text: 'aha', behind }]] });
      await scene.voice(480);
      await scene.quiet(700);
      return scene.decided;
    };
    expect(await after(4)).toEqual(['held', 'begun', 'released', 'dropped']);
    expect((await after(7)).slice(0, 3)).toEqual(['held', 'begun', 'interrupted']);
  });

  it('asks for signs of listening only of what is short and over the oracle', async () => {
    const short = speaking();
    await short.voice(320);
    await short.quiet(96);
    expect(short.compared).toEqual([true]);
    const long = speaking();
    await long.voice(1_152);
    await long.quiet(96);
    expect(long.compared).not.toContain(true);
    const alone = new Scene();
    await alone.voice(320);
    await alone.quiet(96);
    expect(alone.compared).toEqual([false]);
  });

  it('is taken at the word that it probably was when so little is left to be said that it has the turn', async () => {
    const scene = speaking({ words: [[0, 'Oh, K.', { text: 'okay', behind: 0.3 }]] });
    scene.oracle.isEnding = true;
    await scene.voice(480);
    await scene.quiet(700);
    expect(scene.decided).toContain('turn okay (ended 192 ms ago)');
  });

  it('does not interrupt it with what is understood of half a word', async () => {
    const scene = speaking({
      words: [
        [0, "I don't care."],
        [600, 'Okay.'],
      ],
    });
    await scene.voice(768);
    await scene.quiet(700);
    expect(scene.log).toEqual(['held', 'begun', 'released', 'dropped']);
  });

  it('interrupts it with a word as brief as "stop" at the next pause', async () => {
    const scene = speaking({ words: [[0, 'Stop.']] });
    await scene.voice(384);
    await scene.quiet(128);
    expect(scene.decided).toEqual(['held', 'begun', 'interrupted']);
  });

  it('lets it go on at once after a noise', async () => {
    const scene = speaking({ words: [[0, '']] });
    await scene.voice(160);
    await scene.quiet(128);
    expect(scene.log).toEqual(['held', 'begun', 'released', 'dropped']);
  });

  it('lets it go on over a noise that does not end, once', async () => {
    const scene = speaking({ words: [[0, '']] });
    await scene.voice(6_000);
    expect(scene.log).toEqual(['held', 'begun', 'released', 'dropped']);
    await scene.quiet(64);
    await scene.voice(96);
    expect(scene.log.slice(4)).toEqual(['held', 'begun']);
  });

  it('goes on from "yes, but", and is not taken for a listener', async () => {
    const scene = speaking({
      words: [
        [0, 'Yes,'],
        [400, 'Yes, but not today.'],
      ],
    });
    await scene.voice(320);
    await scene.quiet(160);
    expect(scene.decided).toEqual(['held', 'begun']);
    await scene.voice(640);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn Yes, but not today\./);
  });

  it('answers it with "yes" when it was about to end', async () => {
    const scene = speaking({ words: [[0, 'Yes.']] });
    scene.oracle.isEnding = true;
    await scene.voice(320);
    await scene.quiet(320);
    expect(scene.decided.slice(-3)).toEqual(['interrupted', 'released', 'turn Yes. (ended 192 ms ago)']);
  });

  it('is answered a "yes" when nothing was being said', async () => {
    const scene = new Scene({ words: [[0, 'Yes.']] });
    await scene.voice(320);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn Yes\./);
  });
});

describe('the oracle’s own echo', () => {
  it('is not made of two small words, which neither silence the user in mid-sentence nor teach what an echo is', async () => {
    const scene = new Scene({
      words: [
        [0, 'That is'],
        [900, 'That is not what I meant.'],
      ],
    });
    scene.oracle.isBusy = true;
    scene.oracle.lately = 'That is an old farm above the lake.';
    scene.ownVoice.mayEcho = true;
    await scene.voice(640);
    expect(scene.decided).toEqual(['held', 'begun']);
    await scene.voice(960);
    expect(scene.decided).toEqual(['held', 'begun', 'interrupted']);
    const short = new Scene({ words: [[0, 'That is']] });
    short.oracle.isBusy = true;
    short.oracle.lately = scene.oracle.lately;
    short.ownVoice.mayEcho = true;
    await short.voice(320);
    await short.quiet(320);
    expect(short.decided).toEqual(['held', 'begun', 'released', 'dropped']);
  });

  it('holds nothing and begins nothing, as long as it is nothing else', async () => {
    const scene = new Scene();
    scene.oracle.isBusy = true;
    scene.ownVoice.isEcho = true;
    await scene.voice(2_000);
    expect([scene.log, scene.runs]).toEqual([[], []]);
    scene.ownVoice.isEcho = false;
    await scene.voice(32);
    expect(scene.log).toEqual(['held', 'begun']);
  });

  it('that was taken for the user is known by its words, and remembered', async () => {
    const scene = new Scene({ words: [[0, 'capital of France is parish']] });
    scene.oracle.isBusy = true;
    scene.oracle.lately = 'The capital of France is Paris.';
    scene.ownVoice.mayEcho = true;
    await scene.voice(960);
    expect(scene.log).toEqual(['held', 'begun', 'echo learned', 'released', 'dropped']);
  });

  it('right after its end is no turn', async () => {
    const scene = new Scene({ words: [[0, 'is Paris.']] });
    scene.oracle.lately = 'The capital of France is Paris.';
    scene.ownVoice.mayEcho = true;
    await scene.voice(320);
    await scene.quiet(320);
    expect(scene.decided).toEqual(['begun', 'echo learned', 'dropped']);
  });

  it('is not suspected where none comes back: who repeats the oracle’s words is heard', async () => {
    const scene = new Scene({ words: [[0, 'is Paris.']] });
    scene.oracle.lately = 'The capital of France is Paris.';
    await scene.voice(320);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn is Paris\./);
  });
});

describe('a listener that is reset', () => {
  it('forgets what was being said, lets the oracle go on, and hears the next', async () => {
    const scene = new Scene();
    scene.oracle.isBusy = true;
    await scene.voice(320);
    scene.listener.reset();
    expect(scene.decided).toEqual(['held', 'begun', 'released', 'dropped']);
    scene.oracle.isBusy = false;
    await scene.quiet(320);
    await scene.voice(480);
    await scene.quiet(320);
    expect(scene.decided.at(-1)).toMatch(/^turn /);
  });

  it('by a recogniser that fails, goes on, and is said to somebody who spoke to the oracle', async () => {
    const after = async (voiceMs: number, isBusy: boolean): Promise<string[]> => {
      const scene = new Scene({ recognitionMs: 50 });
      scene.oracle.isBusy = isBusy;
      Reflect.set(scene, 'words', {
        findLast: () => {
          throw new Error('lost');
        },
      });
      await scene.voice(voiceMs);
      await scene.quiet(320);
      return scene.decided;
    };
    expect(await after(320, false)).toEqual(['begun', 'dropped', 'not heard']);
    expect(await after(128, false)).toEqual(['begun', 'dropped']);
    expect(await after(320, true)).toEqual(['held', 'begun', 'released', 'dropped']);
  });
});
