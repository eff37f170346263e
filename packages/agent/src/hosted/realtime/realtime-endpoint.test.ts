import { BearerSecret } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineTool } from '../../tools/tool.ts';
import { ToolBox } from '../../tools/tool-box.ts';
import { createRealtimeEndpoint } from './realtime-endpoint.ts';
import { base64, RealtimeServer } from './realtime-server.fixture.ts';
import type { SpeechConversation, SpeechConversationOptions, SpeechNotice, SpeechRole } from './speech-to-speech.ts';

let server: RealtimeServer;
let conversation: SpeechConversation | undefined;
let notices: SpeechNotice[];
beforeEach(async () => {
  server = await new RealtimeServer().open();
  notices = [];
});
afterEach(async () => {
  await conversation?.close();
  conversation = undefined;
  await server[Symbol.asyncDispose]();
});

const converse = async (
  { tools, ...options }: Partial<SpeechConversationOptions & SpeechRole> = {},
  clock?: FakeClock,
): Promise<SpeechConversation> => {
  const endpoint = createRealtimeEndpoint({
    url: server.url,
    model: 'talker',
    voice: 'marin',
    key: new BearerSecret('sk-secret', 'key'),
    transcriptionModel: 'scribe',
    role: () => ({ instructions: 'You are Ada.', tools }),
    clock,
  });
  conversation = await endpoint.converse({
    context: { sessionId: 's', language: 'en' },
    onNotice: (notice) => void notices.push(notice),
    ...options,
  });
  return conversation;
};
const noticed = (...expected: unknown[]): Promise<void> => vi.waitFor(() => expect(notices).toEqual(expected));
const DONE = { type: 'response.done', response: { status: 'completed' } };
const sent = (): readonly string[] => server.received.map(({ type }) => type);
const refusedWith = (code: string): unknown => expect.objectContaining({ code });

describe('a realtime model', () => {
  it('is asked for its session: instructions, voice, sound and tools', async () => {
    const look = defineTool({ name: 'look', description: 'Looks.', parameters: v.object({}), run: () => 'seen' });
    await converse({ tools: new ToolBox([look]) });
    expect([server.path, server.authorization]).toEqual(['/v1/realtime?model=talker', 'Bearer sk-secret']);
    const format = { type: 'audio/pcm', rate: 24_000 };
    expect(await server.event('session.update')).toMatchObject({
      session: {
        type: 'realtime',
        output_modalities: ['audio'],
        instructions: expect.stringMatching(/^You are Ada\.[^]*language is en/),
        audio: { input: { format, transcription: { model: 'scribe' } }, output: { format, voice: 'marin' } },
        tools: [{ type: 'function', name: 'look' }],
      },
    });
  });

  it('hears sound as it comes, and written turns', async () => {
    const talk = await converse();
    talk.hear(Float32Array.of(0.5, -1));
    expect(await server.event('input_audio_buffer.append')).toMatchObject({ audio: base64(16_384, -32_768) });
    talk.write('Hello.');
    expect(await server.event('conversation.item.create')).toMatchObject({
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello.' }] },
    });
    await server.event('response.create');
  });

  it('speaks, writes down both sides, and says when somebody speaks', async () => {
    await converse();
    server.say({ type: 'input_audio_buffer.speech_started', item_id: 'u' });
    server.say({ type: 'input_audio_buffer.speech_stopped', item_id: 'u' });
    server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript: ' Hi. ' });
    server.say({ type: 'rate_limits.updated', rate_limits: [] });
    server.say({ type: 'response.output_audio.delta', item_id: 'a', delta: base64(16_384) });
    server.say({ type: 'response.audio_transcript.delta', item_id: 'a', delta: 'Hello' });
    server.say({ type: 'response.done', response: { status: 'completed' } });
    await noticed(
      { kind: 'user-speaks' },
      { kind: 'user-silent' },
      { kind: 'user-words', text: 'Hi.' },
      { kind: 'sound', answerId: 'a', samples: Float32Array.of(0.5) },
      { kind: 'oracle-words', answerId: 'a', text: 'Hello' },
      { kind: 'answered', outcome: 'whole' },
    );
  });

  it('is told what was said before, when it goes on where another session broke', async () => {
    await converse({
      turns: [
        { speaker: 'user', text: 'Hi.' },
        { speaker: 'oracle', text: 'Hello.' },
        { speaker: 'oracle', text: 'How are ', isInterrupted: true },
      ],
    });
    await vi.waitFor(() => expect(server.received).toHaveLength(4));
    expect(server.received.slice(1)).toMatchObject([
      { item: { role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] } },
      { item: { role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] } },
      { item: { role: 'assistant', content: [{ type: 'output_text', text: 'How are —' }] } },
    ]);
  });

  it('is told how much of an interrupted answer was heard', async () => {
    const talk = await converse();
    server.say({ type: 'response.output_audio.delta', item_id: 'a', delta: base64(1) });
    await vi.waitFor(() => expect(notices).toHaveLength(1));
    talk.heardUntil('a', 812.4);
    await server.event('response.cancel');
    const truncation = { item_id: 'a', content_index: 0, audio_end_ms: 812 };
    expect(await server.event('conversation.item.truncate')).toMatchObject(truncation);
    // What is being played has long been sent: there is nothing to cancel, and a real server would complain.
    server.received.length = 0;
    server.say(DONE);
    await vi.waitFor(() => expect(notices).toHaveLength(2));
    talk.heardUntil('a', 812.4);
    expect(await server.event('conversation.item.truncate')).toMatchObject(truncation);
    expect(sent()).toEqual(['conversation.item.truncate']);
  });

  it('gives an answer up of which nothing has come, with everything that still comes of it', async () => {
    const run = vi.fn(() => 'seen');
    const look = defineTool({ name: 'look', description: 'Looks.', parameters: v.object({}), run });
    const talk = await converse({ tools: new ToolBox([look]) });
    talk.giveUp();
    server.say({ type: 'response.created', response: { id: 'r' } });
    server.say({ type: 'input_audio_buffer.speech_started' });
    await noticed({ kind: 'user-speaks' });
    talk.giveUp();
    talk.giveUp();
    await server.event('response.cancel');
    server.say({ type: 'response.output_audio_transcript.delta', item_id: 'a', delta: 'Hello' });
    server.say({ type: 'response.output_audio.delta', item_id: 'a', delta: base64(1) });
    server.say({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'look', arguments: '{}' });
    server.say({ type: 'response.done', response: { status: 'cancelled' } });
    server.say({ type: 'response.output_audio_transcript.delta', item_id: 'b', delta: 'Yes' });
    await noticed(
      { kind: 'user-speaks' },
      { kind: 'answered', outcome: 'cut-off' },
      { kind: 'oracle-words', answerId: 'b', text: 'Yes' },
    );
    expect(run).not.toHaveBeenCalled();
    expect(sent()).toEqual(['session.update', 'response.cancel']);
  });

  it('has failed at an answer that ended before its first sound, unless it was given up', async () => {
    const talk = await converse();
    const incomplete = { type: 'response.done', response: { status: 'incomplete' } };
    const outcomes = () => notices.flatMap((notice) => (notice.kind === 'answered' ? [notice.outcome] : []));
    server.say({ type: 'response.created', response: { id: 'r' } });
    server.say({ type: 'response.output_audio_transcript.delta', item_id: 'a', delta: 'Hello' });
    server.say(incomplete);
    server.say({ type: 'response.output_audio.delta', item_id: 'b', delta: base64(1) });
    server.say(incomplete);
    server.say({ type: 'response.output_audio_transcript.delta', item_id: 'c', delta: 'Hello' });
    await vi.waitFor(() => expect(notices).toHaveLength(5));
    talk.giveUp();
    server.say(incomplete);
    await vi.waitFor(() => expect(outcomes()).toEqual(['failed', 'cut-off', 'cut-off']));
  });

  it('says nothing more of an answer once the user speaks on, also when nothing of it was heard', async () => {
    await converse();
    server.say({ type: 'response.created', response: { id: 'r' } });
    server.say({ type: 'input_audio_buffer.speech_started' });
    server.say({ type: 'response.output_audio_transcript.delta', item_id: 'a', delta: 'Hello' });
    server.say({ type: 'response.output_audio.delta', item_id: 'a', delta: base64(1) });
    server.say(DONE);
    await noticed({ kind: 'user-speaks' }, { kind: 'answered', outcome: 'cut-off' });
    await server.event('response.cancel');
  });

  it('is asked for an answer to what is written when the one under way is over: a real server takes no wish before', async () => {
    const talk = await converse();
    server.say({ type: 'response.created', response: { id: 'r' } });
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    await noticed({ kind: 'user-silent' });
    talk.write('Hello.');
    await server.event('response.cancel');
    expect(sent()).toEqual(['session.update', 'conversation.item.create', 'response.cancel']);
    server.say({ type: 'response.done', response: { status: 'cancelled' } });
    await server.event('response.create');
    expect(sent()).toHaveLength(4);
  });

  it('answers what is written and what tools say together with what the user is saying', async () => {
    const found = Promise.withResolvers<string>();
    const look = defineTool({
      name: 'look',
      description: 'Looks.',
      parameters: v.object({}),
      run: () => found.promise,
    });
    const talk = await converse({ tools: new ToolBox([look]) });
    server.say({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'look', arguments: '{}' });
    server.say(DONE);
    server.say({ type: 'input_audio_buffer.speech_started' });
    await vi.waitFor(() => expect(notices).toHaveLength(2));
    talk.write('Hello.');
    found.resolve('seen');
    await vi.waitFor(() =>
      expect(sent()).toEqual(['session.update', 'conversation.item.create', 'conversation.item.create']),
    );
    server.say({ type: 'input_audio_buffer.speech_stopped' });
    await vi.waitFor(() => expect(notices).toHaveLength(3));
    expect(sent()).not.toContain('response.create');
  });

  describe('whose answer is about to begin', () => {
    const asks = () => sent().filter((type) => type.startsWith('response.'));
    /** Until the server has got everything, and what it said has arrived. */
    const settled = async (talk: SpeechConversation): Promise<void> => {
      const before = notices.length;
      server.say({ type: 'conversation.item.input_audio_transcription.completed', transcript: '' });
      await vi.waitFor(() => expect(notices.length).toBeGreaterThan(before));
      server.received.splice(0, server.received.length, ...server.received.filter(({ type }) => !/append/.test(type)));
      talk.hear(Float32Array.of(0));
      await server.event('input_audio_buffer.append');
    };
    /** Asked for by ourselves, or begun by the server because somebody has spoken. */
    const WAYS: [string, (talk: SpeechConversation) => void, string[]][] = [
      ['was asked for', (talk) => talk.write('Hello.'), ['response.create']],
      ['is to what was said', () => server.say({ type: 'input_audio_buffer.speech_stopped' }), []],
    ];

    it.each(WAYS)('because it %s is not asked for another before that is over', async (_why, ask, asked) => {
      const talk = await converse();
      ask(talk);
      await settled(talk);
      talk.write('Are you there?');
      await settled(talk);
      expect(asks()).toEqual(asked);
      server.say({ type: 'response.created', response: { id: 'r' } });
      await settled(talk);
      expect(asks()).toEqual([...asked, 'response.cancel']);
      server.say({ type: 'response.done', response: { status: 'cancelled' } });
      await settled(talk);
      expect(asks()).toEqual([...asked, 'response.cancel', 'response.create']);
    });

    it.each(WAYS)('because it %s is cancelled at its beginning, if it is given up before', async (_why, ask, asked) => {
      const talk = await converse();
      ask(talk);
      await settled(talk);
      talk.giveUp();
      await settled(talk);
      expect(asks()).toEqual(asked);
      server.say({ type: 'response.created', response: { id: 'r' } });
      server.say({ type: 'response.output_audio.delta', item_id: 'a', delta: base64(1) });
      server.say({ type: 'response.done', response: { status: 'cancelled' } });
      await settled(talk);
      expect(asks()).toEqual([...asked, 'response.cancel']);
      expect(notices.filter(({ kind }) => kind === 'sound')).toEqual([]);
      expect(notices).toContainEqual({ kind: 'answered', outcome: 'cut-off' });
    });

    const ACTIVE = { type: 'error', error: { code: 'conversation_already_has_active_response' } };

    it('is asked for again after the one that it crossed', async () => {
      const talk = await converse();
      talk.write('Hello.');
      server.say({ type: 'response.created', response: { id: 'r' } });
      server.say(ACTIVE);
      await settled(talk);
      expect(asks()).toEqual(['response.create']);
      server.say(DONE);
      await settled(talk);
      expect(asks()).toEqual(['response.create', 'response.create']);
    });

    it('is not asked for again once it is given up', async () => {
      const talk = await converse();
      talk.write('Hello.');
      await settled(talk);
      talk.giveUp();
      server.say({ type: 'response.created', response: { id: 'r' } });
      server.say(ACTIVE);
      server.say(DONE);
      await settled(talk);
      expect(asks()).toEqual(['response.create', 'response.cancel']);
    });

    it('may be refused, and what is written then is answered', async () => {
      const talk = await converse();
      talk.write('Hello.');
      server.say({ type: 'error', error: { code: 'rate_limit_exceeded' } });
      await settled(talk);
      talk.write('Are you there?');
      await settled(talk);
      expect(asks()).toEqual(['response.create', 'response.create']);
    });
  });

  describe('whose tool is still at work when its answer has ended', () => {
    const begun = async () => {
      const found = Promise.withResolvers<string>();
      const run = (): Promise<string> => found.promise;
      const look = defineTool({ name: 'look', description: 'Looks.', parameters: v.object({}), run });
      const talk = await converse({ tools: new ToolBox([look]) });
      server.say({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'look', arguments: '{}' });
      server.say(DONE);
      await noticed({ kind: 'answered', outcome: 'whole' });
      return { talk, found };
    };

    it('says nothing of what it found once the answer is given up, but knows it', async () => {
      const { talk, found } = await begun();
      talk.giveUp();
      found.resolve('seen');
      await server.event('conversation.item.create');
      // Whatever the tool's end set off was sent before this.
      talk.hear(Float32Array.of(0));
      await server.event('input_audio_buffer.append');
      expect(sent()).toEqual(['session.update', 'conversation.item.create', 'input_audio_buffer.append']);
    });

    it('tells what it found when somebody said something meanwhile', async () => {
      const { talk, found } = await begun();
      server.say({ type: 'input_audio_buffer.speech_started' });
      await vi.waitFor(() => expect(notices).toHaveLength(2));
      talk.heardUntil('a', 100);
      server.say({ type: 'input_audio_buffer.speech_stopped' });
      server.say({ type: 'response.created', response: { id: 'r' } });
      await vi.waitFor(() => expect(notices).toHaveLength(3));
      found.resolve('seen');
      await server.event('conversation.item.create');
      server.say(DONE);
      await server.event('response.create');
    });
  });

  it('has tools run, with the user’s approval, and speaks on when all have', async () => {
    const run = vi.fn(({ cakes }: { cakes: number }) => `${cakes} ordered`);
    const parameters = v.object({ cakes: v.number() });
    const order = defineTool({ name: 'order', description: 'Orders.', parameters, needsApproval: true, run });
    const approve = vi.fn(() => Promise.resolve(true));
    await converse({ tools: new ToolBox([order]), approve });
    server.say({
      type: 'response.function_call_arguments.done',
      call_id: 'c',
      name: 'order',
      arguments: '{"cakes":2}',
    });
    server.say({ type: 'response.done', response: { status: 'completed' } });
    await server.event('response.create');
    expect(server.received.map(({ type }) => type)).toEqual([
      'session.update',
      'conversation.item.create',
      'response.create',
    ]);
    expect(server.received[1]).toMatchObject({
      item: { type: 'function_call_output', call_id: 'c', output: '2 ordered' },
    });
    expect(approve).toHaveBeenCalledTimes(1);
  });

  describe('that says where in the sound somebody spoke', () => {
    /** 2 s of sound in pieces of 100 ms, the last of which ends now. */
    async function heard(): Promise<FakeClock> {
      const clock = new FakeClock();
      const talk = await converse({}, clock);
      for (let i = 0; i < 20; i++) {
        await clock.advance(100);
        talk.hear(new Float32Array(2_400));
      }
      return clock;
    }

    it('tells when, without its padding and without the silence by which it noticed', async () => {
      const clock = await heard();
      server.say({ type: 'input_audio_buffer.speech_started', audio_start_ms: 150 });
      server.say({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1_930 });
      await noticed(
        { kind: 'user-speaks', startedAt: clock.now() - 1_550 },
        { kind: 'user-silent', stoppedAt: clock.now() - 570 },
      );
    });

    it.each([
      ['no place', {}, undefined],
      ['a place as a word', { audio_end_ms: 'soon' }, undefined],
      ['a place that was never sent', { audio_end_ms: 2_501 }, undefined],
      ['a place before the first sound', { audio_end_ms: 499 }, undefined],
      ['the end of what was sent', { audio_end_ms: 2_500 }, 0],
    ])('and names %s', async (_what, place, agoMs) => {
      const clock = await heard();
      server.say({ type: 'input_audio_buffer.speech_stopped', ...place });
      await noticed({ kind: 'user-silent', stoppedAt: agoMs === undefined ? undefined : clock.now() - agoMs });
    });

    it('and does not say how it notices is not understood', async () => {
      server.taken = { audio: { input: { turn_detection: { type: 'semantic_vad' } } } };
      await heard();
      server.say({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1_930 });
      await noticed({ kind: 'user-silent' });
    });
  });

  it('may complain of one event and go on', async () => {
    await converse();
    server.say({ type: 'error', error: { type: 'invalid_request_error', code: 'response_cancel_not_active' } });
    server.say({ type: 'input_audio_buffer.speech_started' });
    await noticed({ kind: 'user-speaks' });
  });
});

describe('a realtime model that fails', () => {
  const over = (code: string): unknown => ({ kind: 'over', cause: refusedWith(code) });

  it.each([
    ['hangs up', () => server.socket?.close(), 'ERR_UPSTREAM_MODEL'],
    ['ends the session', () => server.say({ type: 'error', error: { code: 'session_expired' } }), 'ERR_UPSTREAM_MODEL'],
    ['sends no JSON', () => server.socket?.send('hello'), 'ERR_UPSTREAM_MALFORMED'],
    ['sends bytes', () => server.socket?.send(Buffer.from([1, 2])), 'ERR_UPSTREAM_MALFORMED'],
    ['leaves a field out', () => server.say({ type: 'response.output_audio.delta' }), 'ERR_UPSTREAM_MALFORMED'],
    ['sends too much at once', () => server.socket?.send('x'.repeat(5 * 1024 * 1024)), 'ERR_UPSTREAM_MODEL'],
  ])('and %s is noticed once', async (_what, fail, code) => {
    const talk = await converse();
    fail();
    await noticed(over(code));
    talk.hear(Float32Array.of(0));
    await talk.close();
    expect(notices).toHaveLength(1);
  });

  it('and does not take the session is no conversation', async () => {
    server.answerUpdate = false;
    const opened = converse();
    const refused = expect(opened).rejects.toEqual(refusedWith('ERR_UPSTREAM_REFUSED'));
    await server.event('session.update');
    server.say({ type: 'error', error: { type: 'invalid_request_error', code: 'invalid_value' } });
    await refused;
  });

  it('and refuses the key is no conversation', async () => {
    server.sockets.options.verifyClient = (_info, done) => done(false, 401, 'no');
    await expect(converse()).rejects.toEqual(refusedWith('ERR_UPSTREAM_REFUSED'));
  });

  it('and does not greet is given up after a while', async () => {
    const clock = new FakeClock();
    server.greet = () => undefined;
    const refused = expect(converse({}, clock)).rejects.toEqual(refusedWith('ERR_UPSTREAM_TIMEOUT'));
    await vi.waitFor(() => expect(server.socket).toBeDefined());
    await clock.advance(15_000);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  it('and is not wanted any more is left at once', async () => {
    server.greet = () => undefined;
    const abort = new AbortController();
    const reason = new Error('hung up');
    const refused = expect(converse({ signal: abort.signal })).rejects.toBe(reason);
    abort.abort(reason);
    await refused;
  });
});
