import { initializeLogger } from '@livekit/agents';
import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallContext, Turn } from '../brain/brain.ts';
import { createBrain, questionOf } from '../brain/create-brain.ts';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { startConversation } from './conversation.ts';
import type { Conversation, ConversationOptions } from './conversation.ts';
import { FakeSpeaker } from './fake-speaker.fixture.ts';
import type { SpokenWords } from './observer.ts';
import { ScriptedVad } from './scripted-vad.fixture.ts';
import type { TurnMeasures } from './turn-measures.ts';

const WINDOW_MS = 32;
/** How long the scripted voice speaks a word, in ms. */
const WORD_MS = 100;

interface SceneOptions extends Pick<Partial<ConversationOptions>, 'turns'> {
  readonly context?: CallContext;
  /** From the beginning of the call, in ms. */
  readonly lengthMs?: number;
  readonly completion?: number;
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** A whole conversation on the framework, with scripted engines and a speaker in the time of a fake clock. */
class Scene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly begunAt = this.clock.now();
  readonly speaker = new FakeSpeaker(this.clock);
  readonly vad = new ScriptedVad();
  readonly words: SpokenWords[] = [];
  readonly turns: TurnMeasures[] = [];
  readonly asked: { readonly turns: readonly Turn[]; readonly isEarly: boolean }[] = [];
  /** What is said next into the microphone. */
  saying = '';
  answer = 'It is Paris.';
  /** The recogniser fails. */
  isDeaf = false;
  /** The synthesiser fails. */
  isHoarse = false;
  /** It fails at this sentence. */
  unspeakable = '';
  /** It takes so long for each sentence, in ms, even for those that nobody wants any more. */
  synthesisMs = 0;
  #conversation: Conversation | undefined;
  /** Frames are numbered, so that one that is lost or comes twice is noticed. */
  #spokenFrames = 0;

  static async open({
    turns,
    context = { sessionId: 's' },
    lengthMs,
    completion = 0.9,
  }: SceneOptions = {}): Promise<Scene> {
    const scene = new Scene();
    const close = (): Promise<void> => Promise.resolve();
    const disposable = { close, [Symbol.asyncDispose]: close };
    const speak = async (text: string) => {
      const isHoarse = scene.isHoarse || text === scene.unspeakable;
      if (scene.synthesisMs > 0)
        await new Promise<void>((resolve) => void scene.clock.after(scene.synthesisMs, resolve));
      if (isHoarse) throw new Error('scripted');
      const words = text.split(' ').map((word, i) => ({ text: word, startMs: i * WORD_MS, endMs: (i + 1) * WORD_MS }));
      const samples = Float32Array.from({ length: words.length * WORD_MS * 48 }, () => 0).map(
        (_, i) => (scene.#spokenFrames + Math.floor(i / 960)) / 32_768,
      );
      scene.#spokenFrames += samples.length / 960;
      return { samples, words };
    };
    const brain = createBrain({
      title: 'scripted',
      place: ON_THIS_MACHINE,
      async *answer(said, _context, { settled } = {}) {
        scene.asked.push({ turns: said, isEarly: settled !== undefined });
        await Promise.resolve();
        yield questionOf(said) === '' ? '' : scene.answer;
      },
    });
    scene.#conversation = await startConversation({
      engines: {
        recogniser: {
          transcribe: () =>
            scene.isDeaf ? Promise.reject(new Error('scripted')) : Promise.resolve({ text: scene.saying }),
          ...disposable,
        },
        synthesiser: {
          sampleRate: 48_000,
          synthesise: async (text) => (await speak(text)).samples,
          speak,
          ...disposable,
        },
        turnDetector: { completion: () => Promise.resolve(completion), ...disposable },
        brain,
        vad: scene.vad,
      },
      speaker: scene.speaker,
      context,
      turns,
      endsAt: lengthMs === undefined ? undefined : scene.clock.now() + lengthMs,
      observer: {
        words: (words) => scene.words.push(words),
        activity: () => undefined,
        turn: (measures) => scene.turns.push(measures),
      },
      log: silentLogger,
      clock: scene.clock,
      onFailed: () => expect.unreachable(),
    });
    return scene;
  }

  get conversation(): Conversation {
    if (this.#conversation === undefined) throw new Error('not started');
    return this.#conversation;
  }

  /** Time passes, and with it sound: the framework's own steps between are waited for. */
  async pass(ms: number, probability = 0.05): Promise<void> {
    for (let passed = 0; passed < ms; passed += WINDOW_MS) {
      await this.clock.advance(WINDOW_MS);
      this.vad.tell(probability);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      await this.clock.settle();
    }
  }

  async say(text: string, ms = 640): Promise<void> {
    this.saying = text;
    await this.pass(ms, 0.9);
  }

  /** Until the oracle has said so much of the answer, in ms. */
  async hear(ms: number): Promise<void> {
    await this.until(() => this.speaker.heard.length * 20 >= ms);
  }

  /** Lets time pass until it is so, a minute at most. */
  async until(isSo: () => boolean): Promise<void> {
    for (let passed = 0; passed < 60_000 && !isSo(); passed += WINDOW_MS) await this.pass(WINDOW_MS);
    expect(isSo()).toBe(true);
  }

  final(speaker: SpokenWords['speaker']): string[] {
    return this.words.filter((words) => words.isFinal && words.speaker === speaker).map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.conversation.close();
  }
}

const STORY = 'Once upon a time there was a town. It was at the sea. Nobody knew its name, and nobody asked.';

describe('a spoken conversation', () => {
  it('answers a turn, shows both sides’ words, and tells its measures', async () => {
    await using scene = await Scene.open();
    await scene.say('Which city?');
    await scene.hear(300);
    await scene.pass(200);
    expect(scene.final('user')).toEqual(['Which city?']);
    await scene.until(() => scene.turns.length === 1);
    expect(scene.final('oracle')).toEqual(['It is Paris.']);
    expect(scene.turns[0]).toMatchObject({ turn: 1, outcome: 'answered' });
    const { userStoppedAt = 0, firstAudioAt = 0 } = scene.turns[0] ?? {};
    expect(firstAudioAt - userStoppedAt).toBeLessThan(400);
  });

  it('shows the oracle’s words as they are heard, with their times', async () => {
    await using scene = await Scene.open();
    scene.answer = STORY;
    await scene.say('Tell me a story.');
    await scene.hear(1_000);
    const shown = scene.words.findLast(({ speaker }) => speaker === 'oracle');
    expect(STORY.startsWith(shown?.text ?? 'nothing')).toBe(true);
    expect(shown?.words?.map(({ text }) => text).join(' ')).toBe(shown?.text);
    expect(shown?.words?.at(-1)?.endMs).toBeLessThanOrEqual(scene.speaker.heard.length * 20 + WORD_MS);
  });

  it('stops for a user who speaks, and the brain knows what was heard', async () => {
    await using scene = await Scene.open();
    scene.answer = STORY;
    await scene.say('Tell me a story.');
    await scene.hear(500);
    const heardBefore = scene.speaker.heard.length;
    scene.answer = 'Yes.';
    await scene.say('Stop, please.', 96);
    const heardAtHold = scene.speaker.heard.length;
    await scene.say('Stop, please.', 640);
    expect(scene.speaker.heard.length - heardAtHold).toBeLessThanOrEqual(1);
    expect(heardAtHold - heardBefore).toBeLessThanOrEqual(5);
    await scene.until(() => scene.asked.length === 2);
    const [, interrupted] = scene.asked.at(-1)?.turns ?? [];
    expect(interrupted).toMatchObject({ speaker: 'oracle', isInterrupted: true });
    expect(scene.final('oracle')).toEqual([interrupted?.text]);
    expect(STORY.startsWith(interrupted?.text ?? 'nothing')).toBe(true);
    expect(scene.turns[0]?.outcome).toBe('interrupted');
    const { silencedAt = 0, interruptedAt = 0 } = scene.turns[0] ?? {};
    expect(silencedAt - interruptedAt).toBeLessThanOrEqual(200);
  });

  it('goes on after a sign of listening, where it was', async () => {
    await using scene = await Scene.open();
    scene.answer = STORY;
    await scene.say('Tell me a story.');
    await scene.hear(500);
    await scene.say('Mhm.', 256);
    const heardAtHold = scene.speaker.heard.length;
    await scene.pass(700);
    expect(scene.speaker.heard.length).toBeGreaterThan(heardAtHold);
    const lengthMs = STORY.split(' ').length * WORD_MS;
    await scene.hear(lengthMs - 40);
    await scene.pass(200);
    const frames = Array.from({ length: lengthMs / 20 }, (_, i) => i);
    // The one that was sounding when it was held was heard by half.
    const cut = frames.filter((frame) => !scene.speaker.heard.includes(frame));
    expect(cut.length).toBeLessThanOrEqual(1);
    expect(scene.speaker.heard).toEqual(frames.filter((frame) => !cut.includes(frame)));
    await scene.until(() => scene.turns[0]?.outcome === 'resumed');
    expect([scene.final('user'), scene.asked.length]).toEqual([['Tell me a story.'], 1]);
  });

  it('thinks of an answer while it waits for the end of a turn, and asks once', async () => {
    await using scene = await Scene.open({ completion: 0.1, turns: { endOfTurnMaxMs: 1_600 } });
    await scene.say('Which city?');
    await scene.pass(640);
    expect(scene.asked.map(({ isEarly }) => isEarly)).toEqual([true]);
    expect(scene.final('user')).toEqual([]);
    await scene.hear(300);
    expect(scene.asked).toHaveLength(1);
    expect(scene.turns[0]?.answerBegunAt ?? Infinity).toBeLessThan((scene.turns[0]?.userStoppedAt ?? 0) + 1_000);
  });

  it('drops the thought when the user goes on', async () => {
    await using scene = await Scene.open({ completion: 0.1 });
    await scene.say('Which city?');
    await scene.pass(320);
    await scene.say('Which city is the largest?');
    await scene.hear(300);
    expect(scene.asked.map(({ turns }) => questionOf(turns))).toEqual(['Which city?', 'Which city is the largest?']);
    expect(scene.final('user')).toEqual(['Which city is the largest?']);
  });

  it('says so when it could not hear what was said, and hears what is said again', async () => {
    await using scene = await Scene.open({ turns: { phrases: { notHeard: 'Pardon?' } } });
    scene.isDeaf = true;
    await scene.say('What is the capital of France?');
    await scene.until(() => scene.final('oracle').includes('Pardon?'));
    scene.isDeaf = false;
    await scene.say('What is the capital of France?');
    await scene.until(() => scene.final('oracle').includes('It is Paris.'));
    expect(scene.final('user')).toEqual(['What is the capital of France?']);
  });

  it('shows what it cannot say aloud, and says what comes after', async () => {
    await using scene = await Scene.open();
    scene.isHoarse = true;
    await scene.say('What is the capital of France?');
    await scene.until(() => scene.final('oracle').includes('It is Paris.'));
    expect(scene.speaker.heard).toEqual([]);
    scene.isHoarse = false;
    await scene.say('Which city?');
    await scene.hear(300);
    await scene.until(() => scene.turns.length === 2);
    expect(scene.turns.map(({ outcome }) => outcome)).toEqual(['unanswered', 'answered']);
  });

  it.each(['One is here.', 'Two is here.', 'Three is here.'])(
    'shows a sentence that it cannot say in its place: %s',
    async (unspeakable) => {
      await using scene = await Scene.open();
      scene.answer = 'One is here. Two is here. Three is here.';
      scene.unspeakable = unspeakable;
      await scene.say('Who is here?');
      await scene.until(() => scene.turns.length === 1);
      const shown = scene.words.filter(({ speaker }) => speaker === 'oracle');
      expect(shown.filter(({ text }) => !scene.answer.startsWith(text))).toEqual([]);
      expect(scene.final('oracle')).toEqual([scene.answer]);
      expect(new Set(shown.map(({ segment }) => segment)).size).toBe(1);
    },
  );

  it('interrupted, has told the brain of a sentence that the user could only read', async () => {
    await using scene = await Scene.open();
    scene.answer = `One is here. Two is here. ${STORY}`;
    scene.unspeakable = 'Two is here.';
    await scene.say('Who is here?');
    await scene.hear(600);
    await scene.say('Stop, please.');
    await scene.until(() => scene.asked.length === 2);
    const [, interrupted] = scene.asked.at(-1)?.turns ?? [];
    expect(interrupted?.text).toMatch(/^One is here. Two is here. Once/);
    expect(scene.final('oracle')).toEqual([interrupted?.text]);
  });

  it('neither shows nor counts an answer that was given up before its first sound, when its voice fails after that', async () => {
    await using scene = await Scene.open();
    for (let question = 1; question <= 5; question++) {
      Object.assign(scene, { isHoarse: true, synthesisMs: 3_000, answer: 'It is Paris. It is old.' });
      await scene.say('Which city?');
      await scene.until(() => scene.asked.length === question);
      await scene.pass(320);
    }
    Object.assign(scene, { isHoarse: false, synthesisMs: 0, answer: 'Yes.' });
    await scene.say('Stop, please.');
    await scene.hear(WORD_MS);
    await scene.pass(3_500);
    expect(scene.final('oracle')).toEqual(['Yes.']);
  });

  it('asks whether the user is still there, in the words of its settings, unless the microphone is off', async () => {
    const turns = { stillThereSeconds: 5, phrases: { stillThere: 'Hello?' } };
    const context = { sessionId: 's', isUserMuted: true };
    await using muted = await Scene.open({ turns, context });
    await using scene = await Scene.open({ turns });
    await Promise.all([scene.hear(WORD_MS), muted.pass(6_000)]);
    await scene.pass(300);
    expect([scene.final('oracle'), muted.final('oracle')]).toEqual([['Hello?'], []]);
  });

  it('says goodbye before the call is too long, whatever it was saying', async () => {
    await using scene = await Scene.open({ lengthMs: 20_000, turns: { stillThereSeconds: 'off' } });
    scene.answer = `${STORY} `.repeat(10);
    await scene.pass(12_000);
    await scene.say('Tell me a story.');
    await scene.until(() => scene.final('oracle').at(-1) === 'Our time is up. Goodbye.');
    expect(scene.final('oracle')).toHaveLength(2);
  });

  it('says goodbye also to a user who was speaking over the answer before it', async () => {
    await using scene = await Scene.open({ lengthMs: 20_000, turns: { stillThereSeconds: 'off' } });
    scene.answer = STORY.replaceAll('. ', ', ');
    await scene.pass(12_000);
    await scene.say('Tell me a story.');
    await scene.hear(300);
    scene.synthesisMs = 1_500;
    await scene.until(() => scene.clock.now() >= scene.begunAt + 13_600);
    await scene.say('Wait a moment, please.');
    const goodbye = 'Our time is up. Goodbye.';
    await scene.until(() => scene.final('oracle').includes(goodbye));
    expect(scene.asked).toHaveLength(1);
  });

  it('goes on saying goodbye where it was held when the user speaks over it', async () => {
    await using scene = await Scene.open({ lengthMs: 20_000, turns: { stillThereSeconds: 'off' } });
    await scene.hear(100);
    await scene.say('Wait a moment, please.');
    await scene.until(() => scene.final('oracle').length > 0);
    expect(scene.final('oracle')).toEqual(['Our time is up. Goodbye.']);
    expect(scene.speaker.heard.length).toBeGreaterThanOrEqual((5 * WORD_MS) / 20 - 1);
  });

  it('neither shows nor counts what it says by itself, when the user speaks before its first sound and its voice fails after that', async () => {
    await using scene = await Scene.open({ turns: { stillThereSeconds: 5, phrases: { stillThere: 'Hello?' } } });
    Object.assign(scene, { isHoarse: true, synthesisMs: 3_000 });
    await scene.pass(5_100);
    Object.assign(scene, { isHoarse: false, synthesisMs: 0 });
    await scene.say('Which city?');
    await scene.hear(WORD_MS);
    await scene.until(() => scene.clock.now() >= scene.begunAt + 8_500);
    expect(scene.final('oracle')).toEqual(['It is Paris.']);
  });

  it('shows nothing any more when it is closed, when its voice fails after that', async () => {
    await using scene = await Scene.open();
    Object.assign(scene, { isHoarse: true, synthesisMs: 3_000 });
    await scene.say('Which city?');
    await scene.until(() => scene.asked.length === 1);
    await scene.pass(320);
    await scene.conversation.close();
    await scene.pass(3_500);
    expect(scene.final('oracle')).toEqual([]);
  });

  it('answers a written turn aloud, and measures no voice in it', async () => {
    await using scene = await Scene.open();
    await scene.conversation.write('Which city?');
    await scene.hear(300);
    await scene.pass(100);
    expect([scene.final('oracle'), scene.turns]).toEqual([['It is Paris.'], []]);
  });

  it('that is silenced says nothing more of the answer', async () => {
    await using scene = await Scene.open();
    scene.answer = STORY;
    await scene.say('Tell me a story.');
    await scene.hear(300);
    await scene.conversation.fallSilent();
    const heard = scene.speaker.heard.length;
    await scene.pass(1_000);
    expect(scene.speaker.heard.length).toBe(heard);
  });
});
