import { ReadableStream } from 'node:stream/web';
import { AudioFrame } from '@livekit/rtc-node';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { silentLogger, systemClock } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallContext } from '../../brain/brain.ts';
import { createRealtimeEndpoint } from '../../hosted/realtime/realtime-endpoint.ts';
import { base64, RealtimeServer } from '../../hosted/realtime/realtime-server.fixture.ts';
import type { Sent } from '../../hosted/realtime/realtime-server.fixture.ts';
import { defineTool } from '../../tools/tool.ts';
import { ToolBox } from '../../tools/tool-box.ts';
import type { Conversation } from '../conversation.ts';
import type { SpokenWords } from '../observer.ts';
import type { TurnMeasures } from '../turn-measures.ts';
import { turnFields } from '../turn-measures.ts';
import { startRealtimeConversation } from './realtime-conversation.ts';

/** Takes frames and plays them when the test says so. */
class HeldSpeaker implements Speaker {
  readonly sampleRate = 48_000;
  readonly played: AudioFrame[] = [];
  queuedMs = 0;
  cleared = 0;
  #drained = Promise.withResolvers<void>();

  play(frame: AudioFrame): Promise<void> {
    this.played.push(frame);
    this.queuedMs += (1_000 * frame.samplesPerChannel) / frame.sampleRate;
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  clear(): void {
    this.cleared += 1;
    this.drain();
  }

  /** Everything that was queued has been heard. */
  drain(): void {
    this.queuedMs = 0;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }
}

let server: RealtimeServer;
let talk: Conversation | undefined;
let speaker: HeldSpeaker;
let told: string[];
let turns: TurnMeasures[];
let interim: string[];
let onFailed: ReturnType<typeof vi.fn<(cause: unknown) => void>>;
beforeEach(async () => {
  server = await new RealtimeServer().open();
  speaker = new HeldSpeaker();
  told = [];
  turns = [];
  interim = [];
  onFailed = vi.fn();
});
afterEach(async () => {
  await talk?.close();
  talk = undefined;
  await server[Symbol.asyncDispose]();
});

const order = defineTool({
  name: 'order',
  description: 'Orders.',
  parameters: v.object({}),
  needsApproval: true,
  run: () => 'ordered',
});

async function start(context: CallContext = { sessionId: 's' }, clock = systemClock, approve?: () => Promise<boolean>) {
  const model = createRealtimeEndpoint({
    url: server.url,
    model: 'talker',
    clock,
    role: () => ({ instructions: 'You are Ada.', tools: new ToolBox([order]) }),
  });
  talk = await startRealtimeConversation({
    model,
    speaker,
    context,
    approve,
    observer: {
      words: ({ speaker: who, text, isFinal }: SpokenWords) => {
        if (isFinal) told.push(`${who}: ${text}`);
        else interim.push(text);
      },
      activity: (activity) => told.push(activity),
      turn: (measures) => turns.push(measures),
    },
    apology: 'Sorry.',
    log: silentLogger,
    clock,
    onFailed,
  });
  return talk;
}

/** 20 ms of the user's sound, as an agent's seat gives it: at the rate of recognisers. */
const frame = (value: number, rate = 16_000): AudioFrame =>
  new AudioFrame(new Int16Array(rate / 50).fill(value), rate, 1, rate / 50);
/** 100 ms of the model's voice. */
const voice = (answerId: string) => ({
  type: 'response.output_audio.delta',
  item_id: answerId,
  delta: base64(...Array.from({ length: 2_400 }, () => 8_192)),
});
const words = (answerId: string, delta: string) => ({
  type: 'response.output_audio_transcript.delta',
  item_id: answerId,
  delta,
});
const DONE = { type: 'response.done', response: { status: 'completed' } };

const soundOf = (event: Sent): number[] => {
  const bytes = Buffer.from(String(event['audio']), 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
};

describe('a conversation that a realtime model holds', () => {
  it.each([16_000, 48_000])(
    'takes the user’s sound of %i Hz to the model, at the model’s rate, and nothing of it while the user is muted',
    async (rate) => {
      let isUserMuted = false;
      const conversation = await start({
        sessionId: 's',
        get isUserMuted() {
          return isUserMuted;
        },
      });
      let give: ReadableStreamDefaultController<AudioFrame> | undefined;
      await conversation.hear(new ReadableStream<AudioFrame>({ start: (controller) => void (give = controller) }));
      give?.enqueue(frame(8_000, rate));
      give?.enqueue(frame(8_000, rate));
      const sounds = () => server.received.filter(({ type }) => type === 'input_audio_buffer.append').map(soundOf);
      await vi.waitFor(() => expect(sounds()).toHaveLength(2));
      expect(sounds()[1]).toHaveLength(480);
      expect(sounds()[1]?.at(-1)).toBeCloseTo(8_000, -2);
      isUserMuted = true;
      for (let i = 0; i < 2; i++) give?.enqueue(frame(8_000, rate));
      await vi.waitFor(() => expect(sounds()).toHaveLength(4));
      expect(sounds()[3]?.every((sample) => sample === 0)).toBe(true);
    },
  );

  it('speaks in the model’s voice, and writes down both sides', async () => {
    await start();
    server.say({ type: 'input_audio_buffer.speech_started' });
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript: 'Where is it?' });
    server.say(words('a', 'It is '));
    server.say(voice('a'));
    server.say(words('a', 'here.'));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(told).toContain('oracle: It is here.'));
    expect(speaker.played.map(({ samplesPerChannel }) => samplesPerChannel)).toEqual(
      Array.from({ length: 10 }, () => 960),
    );
    expect(told).toEqual(['thinking', 'user: Where is it?', 'speaking', 'oracle: It is here.']);
    speaker.drain();
    await vi.waitFor(() => expect(told.at(-1)).toBe('listening'));
  });

  it('falls silent when the user speaks over it, tells how much was heard, and plays nothing late of it', async () => {
    await start();
    server.say(words('a', 'It is a long'));
    for (let i = 0; i < 3; i++) server.say(voice('a'));
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(300));
    // 180 of 300 ms were heard.
    speaker.queuedMs = 120;
    server.say({ type: 'input_audio_buffer.speech_started' });
    await vi.waitFor(() => expect(speaker.cleared).toBe(1));
    expect(await server.event('conversation.item.truncate')).toMatchObject({ item_id: 'a', audio_end_ms: 180 });
    for (let i = 0; i < 2; i++) {
      server.say(words('a', 'answer.'));
      server.say(voice('a'));
      server.say({ type: 'response.done', response: { status: 'cancelled' } });
    }
    server.say(words('b', 'And'));
    server.say(voice('b'));
    server.say(DONE);
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
    await vi.waitFor(() => expect(told.at(-1)).toBe('oracle: And'));
    expect(told).toEqual(['speaking', 'oracle: It is a long', 'listening', 'speaking', 'oracle: And']);
  });

  it('says nothing of an answer that was given up before it began', async () => {
    const conversation = await start();
    server.say({ type: 'response.created', response: {} });
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    await vi.waitFor(() => expect(told).toEqual(['thinking']));
    await conversation.fallSilent();
    await server.event('response.cancel');
    server.say(words('a', 'Hello.'));
    server.say(voice('a'));
    server.say({ type: 'response.done', response: { status: 'cancelled' } });
    server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript: 'Hm.' });
    await vi.waitFor(() => expect(told).toEqual(['thinking', 'listening', 'user: Hm.']));
    expect(speaker.played).toEqual([]);
  });

  it('says and remembers nothing of an answer before whose first sound the user spoke on', async () => {
    await start();
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    server.say(words('a', 'It is '));
    await vi.waitFor(() => expect(interim).toEqual(['It is']));
    server.say({ type: 'input_audio_buffer.speech_started' });
    server.say(words('a', 'here.'));
    server.say(voice('a'));
    server.say({ type: 'response.done', response: { status: 'cancelled' } });
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    server.say(words('b', 'And'));
    server.say(voice('b'));
    server.say(DONE);
    await vi.waitFor(() => expect(told.at(-1)).toBe('oracle: And'));
    expect(told).toEqual(['thinking', 'oracle: It is', 'listening', 'thinking', 'speaking', 'oracle: And']);
    expect(speaker.queuedMs).toBe(100);
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    expect(server.received[1]).toMatchObject({ item: { role: 'assistant', content: [{ text: 'And' }] } });
  });

  it('is not told of an answer that was heard to its end', async () => {
    await start();
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
    speaker.drain();
    await vi.waitFor(() => expect(told.at(-1)).toBe('listening'));
    server.say({ type: 'input_audio_buffer.speech_started' });
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    await vi.waitFor(() => expect(told.at(-1)).toBe('thinking'));
    expect(server.received.map(({ type }) => type)).not.toContain('conversation.item.truncate');
  });

  it('answers what is written, and asks the user before a tool that needs it', async () => {
    const approve = vi.fn(() => Promise.resolve(true));
    const conversation = await start({ sessionId: 's' }, systemClock, approve);
    await conversation.write('Order one.');
    expect(await server.event('conversation.item.create')).toMatchObject({
      item: { role: 'user', content: [{ type: 'input_text', text: 'Order one.' }] },
    });
    server.say({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'order', arguments: '{}' });
    server.say(DONE);
    await vi.waitFor(() =>
      expect(server.received.at(-2)).toMatchObject({ item: { type: 'function_call_output', output: 'ordered' } }),
    );
    expect(approve).toHaveBeenCalledTimes(1);
  });
});

describe('a turn that a realtime model answers', () => {
  /** The user has spoken for a second, until 600 ms ago; the model is told of it now. */
  async function asked(): Promise<{ readonly conversation: Conversation; readonly clock: FakeClock }> {
    const clock = new FakeClock();
    const conversation = await start({ sessionId: 's' }, clock);
    let give: ReadableStreamDefaultController<AudioFrame> | undefined;
    await conversation.hear(new ReadableStream<AudioFrame>({ start: (controller) => void (give = controller) }));
    for (let i = 1; i <= 80; i++) {
      await clock.advance(20);
      give?.enqueue(frame(i <= 50 ? 8_000 : 0));
      await vi.waitFor(() => expect(sent()).toHaveLength(i), { interval: 1 });
    }
    server.say({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0 });
    server.say({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1_500 });
    await vi.waitFor(() => expect(told.at(-1)).toBe('thinking'));
    return { conversation, clock };
  }
  const sent = () => server.received.filter(({ type }) => type === 'input_audio_buffer.append');
  const over = () => turns.map(turnFields);
  /** The first text and then the first sound of an answer. */
  async function answered(clock: FakeClock): Promise<void> {
    await clock.advance(200);
    server.say(words('a', 'It is '));
    await vi.waitFor(() => expect(interim.at(-1)).toBe('It is'));
    await clock.advance(100);
    server.say(voice('a'));
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
  }
  const UNTIL_HEARD = { firstTokenMs: 800, firstAudioMs: 900 };

  it('is measured from the end of the speech, and over when all of the answer has been heard', async () => {
    const { clock } = await asked();
    await answered(clock);
    // A gap in what comes is not the end.
    speaker.drain();
    await vi.waitFor(() => expect(told.at(-1)).toBe('listening'));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(told.at(-1)).toBe('oracle: It is'));
    expect(turns).toEqual([]);
    speaker.drain();
    await vi.waitFor(() => expect(over()).toEqual([{ turn: 1, outcome: 'answered', ...UNTIL_HEARD }]));
  });

  it('is answered by the words after a tool, not by its call', async () => {
    const { clock } = await asked();
    server.say({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'look', arguments: '{}' });
    server.say(DONE);
    await server.event('response.create');
    expect(turns).toEqual([]);
    await answered(clock);
    server.say(DONE);
    await vi.waitFor(() => expect(told.at(-1)).toBe('oracle: It is'));
    speaker.drain();
    await vi.waitFor(() => expect(over()).toEqual([{ turn: 1, outcome: 'answered', ...UNTIL_HEARD }]));
  });

  it('has when it was spoken over, and when the voice was silent after that', async () => {
    const { clock } = await asked();
    await answered(clock);
    // At 1,550 ms of the sound, of which 1,600 were sent.
    server.say({ type: 'input_audio_buffer.speech_started', audio_start_ms: 1_250 });
    await vi.waitFor(() =>
      expect(over()).toEqual([
        { turn: 1, outcome: 'interrupted', ...UNTIL_HEARD, interruptedMs: 550, silencedMs: 900 },
      ]),
    );
  });

  it('without an answer is told of at the next, when something is written, and when the model is lost', async () => {
    const { conversation } = await asked();
    server.say({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1_600 });
    await vi.waitFor(() => expect(turns).toHaveLength(1));
    await conversation.write('Hello.');
    expect(turns).toHaveLength(2);
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    server.socket?.close();
    await vi.waitFor(() => expect(turns).toHaveLength(3));
    expect(over()).toEqual([1, 2, 3].map((turn) => ({ turn, outcome: 'unanswered' })));
  });

  it('is told of at the end of the conversation, whatever became of it', async () => {
    const { conversation, clock } = await asked();
    await answered(clock);
    await conversation.close();
    expect(over()).toEqual([{ turn: 1, outcome: 'interrupted', ...UNTIL_HEARD }]);
  });

  it('that the model fails at is apologised for in writing, and the call is given up when it fails again and again', async () => {
    const { clock } = await asked();
    const fail = (): void => server.say({ type: 'response.done', response: { status: 'failed' } });
    fail();
    await vi.waitFor(() => expect(told.slice(-2)).toEqual(['oracle: Sorry.', 'listening']));
    expect(over()).toEqual([{ turn: 1, outcome: 'unanswered' }]);
    await answered(clock);
    server.say(DONE);
    for (let i = 0; i < 3; i++) fail();
    await vi.waitFor(() => expect(told.filter((one) => one === 'oracle: Sorry.')).toHaveLength(4));
    expect(onFailed).not.toHaveBeenCalled();
    fail();
    await vi.waitFor(() =>
      expect(onFailed).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_UPSTREAM_MODEL' })),
    );
  });

  it.each([
    ['an answer that is cut off', true, 'cancelled'],
    ['the mere call of a tool', false, 'completed'],
  ])('that the model fails at after %s is the first in a row: %s', async (_what, isFirst, status) => {
    await start();
    const fail = (): void => server.say({ type: 'response.done', response: { status: 'failed' } });
    for (let i = 0; i < 3; i++) fail();
    if (isFirst) server.say(voice('a'));
    server.say({ type: 'response.done', response: { status } });
    fail();
    await vi.waitFor(() => expect(told.filter((one) => one === 'oracle: Sorry.')).toHaveLength(4));
    expect(onFailed).toHaveBeenCalledTimes(isFirst ? 0 : 1);
  });

  it('is not, when nobody spoke', async () => {
    const conversation = await start();
    await conversation.write('Hello.');
    server.say(words('a', 'It is '));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(told.at(-1)).toBe('oracle: It is'));
    speaker.drain();
    await vi.waitFor(() => expect(told.at(-1)).toBe('listening'));
    expect(turns).toEqual([]);
  });
});

describe('a realtime model that is lost', () => {
  it('is opened anew, and told what was said', async () => {
    await start();
    server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript: 'I am Bo.' });
    server.say(words('a', 'Hello, Bo.'));
    server.say(DONE);
    await vi.waitFor(() => expect(told).toContain('oracle: Hello, Bo.'));
    const before = server.socket;
    server.received.length = 0;
    before?.close();
    await vi.waitFor(() => expect(server.received).toHaveLength(3));
    expect(server.socket).not.toBe(before);
    expect(server.received.slice(1)).toMatchObject([
      { item: { role: 'user', content: [{ text: 'I am Bo.' }] } },
      { item: { role: 'assistant', content: [{ text: 'Hello, Bo.' }] } },
    ]);
    expect(onFailed).not.toHaveBeenCalled();
  });

  /** What the next session is told of the oracle's turns. */
  async function remembered(): Promise<unknown[]> {
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(server.received.map(({ item }) => item)).toContainEqual(expect.anything()));
    await vi.waitFor(() => expect(server.received.at(-1)).toMatchObject({ item: { role: 'user' } }));
    return server.received.slice(1, -1).map(({ item }) => item);
  }
  const oracleTurn = (text: string): object => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  });
  const userSays = (transcript: string): void =>
    server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript });

  it.each([
    ['that had come whole', DONE],
    ['of which more was to come', undefined],
  ])('is told that an answer was broken off, %s', async (_what, end) => {
    await start();
    server.say(words('a', 'It is here.'));
    server.say(voice('a'));
    if (end !== undefined) server.say(end);
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
    server.say({ type: 'input_audio_buffer.speech_started' });
    userSays('Hm.');
    await vi.waitFor(() => expect(told.at(-1)).toBe('user: Hm.'));
    expect(await remembered()).toEqual([oracleTurn('It is here. —')]);
  });

  it('is not told so of an answer that was heard, nor of the words of one that was not', async () => {
    const conversation = await start();
    server.say(words('a', 'It is here.'));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
    speaker.drain();
    await vi.waitFor(() => expect(told.at(-1)).toBe('listening'));
    server.say(words('b', 'Also there.'));
    await vi.waitFor(() => expect(interim.at(-1)).toBe('Also there.'));
    await conversation.interrupt();
    server.say({ type: 'response.done', response: { status: 'cancelled' } });
    userSays('Hm.');
    await vi.waitFor(() => expect(told.at(-1)).toBe('user: Hm.'));
    expect(await remembered()).toEqual([oracleTurn('It is here.')]);
  });

  it('while it thinks about what was said is listened for no more, and nothing of its answer is remembered', async () => {
    await start();
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    server.say(words('a', 'It is '));
    await vi.waitFor(() => expect(interim).toEqual(['It is']));
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(told).toEqual(['thinking', 'oracle: It is', 'listening']));
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
  });

  it('while somebody speaks is listened to as ever when it is there again', async () => {
    await start();
    server.say({ type: 'input_audio_buffer.speech_started' });
    const before = server.socket;
    before?.close();
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(speaker.queuedMs).toBe(100));
    speaker.drain();
    await vi.waitFor(() => expect(told).toEqual(['speaking', 'listening']));
  });

  it('before it answers what was written is asked again, and only until then', async () => {
    const conversation = await start();
    await conversation.write('Where?');
    const asking = [
      { type: 'session.update' },
      { item: { role: 'user', content: [{ text: 'Where?' }] } },
      { type: 'response.create' },
    ];
    await vi.waitFor(() => expect(server.received).toMatchObject(asking));
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(server.received).toMatchObject(asking));
    expect(told).toEqual(['thinking']);
    server.say(words('a', 'Here.'));
    server.say(voice('a'));
    server.say(DONE);
    await vi.waitFor(() => expect(told).toContain('oracle: Here.'));
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(server.received).toHaveLength(3));
    expect(server.received.slice(1)).toMatchObject([{ item: { role: 'user' } }, { item: { role: 'assistant' } }]);
  });

  it('is not asked what the user has given up', async () => {
    const conversation = await start();
    await conversation.write('Where?');
    await conversation.interrupt();
    await server.event('response.create');
    server.received.length = 0;
    server.socket?.close();
    await vi.waitFor(() => expect(server.received).toHaveLength(2));
    expect(server.received[1]).toMatchObject({ item: { role: 'user', content: [{ text: 'Where?' }] } });
    expect(told).toEqual(['thinking', 'listening']);
  });

  it('and stays away ends the conversation, with its reason, after an apology that can be read', async () => {
    const clock = new FakeClock();
    await start({ sessionId: 's' }, clock);
    server.sockets.options.verifyClient = (_info, done) => done(false, 503, 'no');
    server.socket?.close();
    await vi.waitFor(async () => {
      await clock.advance(1_000);
      expect(onFailed).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_UPSTREAM_MODEL' }));
    });
    expect(told.at(-1)).toBe('oracle: Sorry.');
  });

  it('again and again, right after it was opened, ends the conversation as well', async () => {
    const clock = new FakeClock();
    await start({ sessionId: 's' }, clock);
    const hungUp = new Set<unknown>();
    await vi.waitFor(async () => {
      hungUp.add(server.socket);
      server.socket?.close();
      await clock.advance(1_000);
      expect(onFailed).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_UPSTREAM_MODEL' }));
    });
    // One at once, and three after a pause each.
    expect(hungUp.size).toBeLessThanOrEqual(5);
    expect(told.at(-1)).toBe('oracle: Sorry.');
  });

  it('and refuses is not asked again', async () => {
    server.sockets.options.verifyClient = (_info, done) => done(false, 401, 'no');
    await expect(start()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFUSED' });
  });
});
