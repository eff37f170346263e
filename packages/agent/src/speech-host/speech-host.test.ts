import { connect } from 'node:net';
import { once } from 'node:events';
import { codeOf, OracleCallError, systemClock } from '@oracle-calls/protocol';
import { placeOf } from '@oracle-calls/protocol/hearing';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { encodeFrame, FRAME_MAX_BYTES } from './frames.ts';
import { checkDeclared } from '../job/declared-hearing.ts';
import { openRemoteEngines } from './remote-engines.ts';
import { HOST_WAIT_MS } from './speech-client.ts';
import type { SpeechClientDeps } from './speech-client.ts';
import { HEARING, HostScene } from './speech-host.fixture.ts';
import { createCallMemory } from '../memory/call-memory.ts';
import type { ApproveTool } from '../tools/approval.ts';
import type { SpeechParts } from './speech-server.ts';

const lost = expect.objectContaining({ code: 'ERR_UPSTREAM_SPEECH', retryable: true });
const samples = (count: number): Float32Array => new Float32Array(count).fill(0.5);
const question = [{ speaker: 'user', text: 'Which city?' }] as const;

async function collect(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

describe('the speech host', () => {
  it('recognises, speaks and thinks for a job', async () => {
    await using scene = await HostScene.open();
    const { recogniser, synthesiser, brain } = await scene.engines(systemClock);
    expect(await recogniser.transcribe(samples(3))).toEqual({ text: '3 samples' });
    expect(await recogniser.transcribe(samples(4), { rivals: ['mhm'] })).toEqual({
      text: '4 samples',
      rival: { text: 'mhm', behind: 2 },
    });
    expect(await synthesiser.synthesise('ab', { voice: 'marin' })).toEqual(Float32Array.of(0.5, 0.5));
    expect(await collect(brain.answer(question, { sessionId: 's', language: undefined }))).toEqual([
      'It is ',
      'Paris.',
    ]);
    expect([synthesiser.sampleRate, brain.title]).toEqual([48_000, 'scripted']);
    expect(scene.scripted.asked).toEqual([
      'hear 3',
      'hear 4',
      'say ab as marin in time',
      'think s Which city? after ""',
    ]);
  });

  it('speaks in the voice and understands the language that the caller asked for', async () => {
    await using scene = await HostScene.open();
    const { recogniser, synthesiser } = await scene.engines(systemClock, { voice: 'ada', language: 'de-CH' });
    await recogniser.transcribe(samples(3));
    await synthesiser.synthesise('ab');
    expect(scene.scripted.asked).toEqual(['hear 3 in de-CH', 'say ab as ada in time']);
  });

  it('tells when words sound, whether somebody has finished, and how the oracle takes turns', async () => {
    await using scene = await HostScene.open();
    const { synthesiser, turnDetector, turns } = await scene.engines(systemClock);
    expect(await synthesiser.speak?.('ab')).toEqual({
      samples: Float32Array.of(0.5, 0.5),
      words: [{ text: 'ab', startMs: 0, endMs: 2 }],
    });
    expect([await turnDetector?.completion(samples(7)), turns]).toEqual([0.75, { endOfTurnMinMs: 100 }]);
    expect(scene.scripted.asked).toEqual(['say ab in time', 'finished? 7']);
  });

  it('says how the oracle remembers, hands on what is remembered, and what is noted comes back', async () => {
    await using scene = await HostScene.open();
    await scene.lose();
    const { parts } = scene.scripted;
    const seen: unknown[] = [];
    const brain: SpeechParts['brain'] = {
      ...parts.brain,
      async *answer(_turns, { memory }) {
        seen.push(memory?.turns, memory?.notes.get('name'));
        memory?.notes.set('visits', 2);
        memory?.notes.delete('name');
        await Promise.resolve();
        yield 'Noted.';
      },
    };
    await scene.start(Promise.resolve({ ...parts, brain, memory: { keepTurns: 5, days: 7 } }));
    const client = scene.client(systemClock);
    expect((await client.ready()).memory).toEqual({ keepTurns: 5, days: 7 });
    const turns = [{ speaker: 'user', text: 'Hello.', at: 1 } as const];
    const memory = createCallMemory({ turns, notes: { name: 'Ada' } });
    expect(await collect(client.answer(question, { sessionId: 's', memory }))).toEqual(['Noted.']);
    expect(seen).toEqual([turns, 'Ada']);
    expect([memory.notes.names, memory.notes.get('visits')]).toEqual([['visits'], 2]);
  });

  it('says what went wrong with an engine, and goes on', async () => {
    await using scene = await HostScene.open();
    const { recogniser } = await scene.engines(systemClock);
    scene.scripted.failure = new OracleCallError('ERR_UPSTREAM_TIMEOUT');
    await expect(recogniser.transcribe(samples(1))).rejects.toMatchObject({ code: 'ERR_UPSTREAM_TIMEOUT' });
    scene.scripted.failure = new RangeError('bad luck');
    await expect(recogniser.transcribe(samples(1))).rejects.toMatchObject({
      code: 'ERR_INTERNAL',
      message: 'bad luck',
    });
    scene.scripted.failure = undefined;
    expect(await recogniser.transcribe(samples(2))).toEqual({ text: '2 samples' });
    expect(scene.logged).toEqual([]);
  });

  it('drops what a job cancels, and does what was behind it', async () => {
    await using scene = await HostScene.open();
    const { recogniser } = await scene.engines(systemClock);
    const other = await scene.engines(systemClock);
    const gate = Promise.withResolvers<void>();
    scene.scripted.hold = gate.promise;
    const first = recogniser.transcribe(samples(1));
    const abort = new AbortController();
    const cancelled = recogniser.transcribe(samples(2), { signal: abort.signal });
    const third = other.recogniser.transcribe(samples(3));
    await vi.waitFor(() => expect(scene.server.waiting).toBe(2));
    const reason = new Error('interrupted');
    abort.abort(reason);
    await expect(cancelled).rejects.toBe(reason);
    await vi.waitFor(() => expect(scene.server.waiting).toBe(1));
    gate.resolve();
    expect(await Promise.all([first, third])).toEqual([{ text: '1 samples' }, { text: '3 samples' }]);
    expect(scene.scripted.asked).toEqual(['hear 1', 'hear 3']);
  });

  it('drops everything of a job that is gone, and serves the others', async () => {
    await using scene = await HostScene.open();
    const gone = scene.client(systemClock);
    const other = await scene.engines(systemClock);
    scene.scripted.hold = new Promise(() => undefined);
    const running = gone.run({ engine: 'recogniser', pcm16k: samples(1) } as const);
    const waiting = gone.run({ engine: 'recogniser', pcm16k: samples(2) } as const);
    const refused = Promise.allSettled([running, waiting]);
    await vi.waitFor(() => expect(scene.server.waiting).toBe(1));
    const theirs = other.recogniser.transcribe(samples(3));
    scene.scripted.hold = Promise.resolve();
    await gone.close();
    expect((await refused).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await theirs).toEqual({ text: '3 samples' });
    expect(scene.scripted.asked).toEqual(['hear 1', 'hear 3']);
    expect(scene.server.connections).toBe(1);
  });

  it('stops thinking when nobody reads on', async () => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['a', '…'];
    for await (const piece of brain.answer(question, { sessionId: 's' })) {
      expect(piece).toBe('a');
      break;
    }
    await vi.waitFor(() => expect(scene.scripted.asked.at(-1)).toBe('think no more'));
  });

  it('ends a connection on which something else is spoken', async () => {
    await using scene = await HostScene.open();
    for (const bytes of [encodeFrame({ kind: 'shutdown' }), Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
      const socket = connect(scene.socketPath);
      const closed = once(socket.resume(), 'close');
      socket.write(bytes);
      await closed;
    }
  });

  it('is not asked for what no frame can hold', async () => {
    await using scene = await HostScene.open();
    const { recogniser } = await scene.engines(systemClock);
    await expect(recogniser.transcribe(samples(FRAME_MAX_BYTES / 4))).rejects.toMatchObject({
      code: 'ERR_PROTOCOL_TOO_LARGE',
    });
    expect(await recogniser.transcribe(samples(1))).toEqual({ text: '1 samples' });
  });
});

describe('a job whose speech host is lost', () => {
  it('asks the next host once more', async () => {
    await using scene = await HostScene.open();
    const { recogniser } = await scene.engines(systemClock);
    scene.scripted.hold = new Promise(() => undefined);
    const heard = recogniser.transcribe(samples(4));
    await vi.waitFor(() => expect(scene.scripted.asked).toHaveLength(1));
    await scene.lose();
    scene.scripted.hold = Promise.resolve();
    await scene.start();
    expect(await heard).toEqual({ text: '4 samples' });
    expect(scene.scripted.asked).toEqual(['hear 4', 'hear 4']);
    expect(scene.logged).toEqual(['speech host lost; asking again']);
  });

  it('has an answer continued where it broke off', async () => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['It is ', '…'];
    const pieces: string[] = [];
    for await (const piece of brain.answer(question, { sessionId: 's' })) {
      pieces.push(piece);
      if (pieces.length > 1) continue;
      scene.scripted.pieces = ['Paris.'];
      await scene.lose();
      await scene.start();
    }
    expect(pieces).toEqual(['It is ', 'Paris.']);
    expect(scene.scripted.asked.at(-1)).toBe('think s Which city? after "It is "');
  });

  it('gives up when the second host is lost as well', async () => {
    await using scene = await HostScene.open();
    const { recogniser, brain } = await scene.engines(systemClock);
    scene.scripted.hold = new Promise(() => undefined);
    scene.scripted.pieces = ['…'];
    const refused = Promise.allSettled([
      recogniser.transcribe(samples(1)),
      collect(brain.answer(question, { sessionId: 's' })),
    ]);
    const asked = (): number => scene.scripted.asked.filter((line) => line !== 'think no more').length;
    for (const times of [2, 4]) {
      await vi.waitFor(() => expect(asked()).toBe(times));
      await scene.lose();
      await scene.start();
    }
    expect((await refused).map((one) => (one.status === 'rejected' ? one.reason : one.value))).toEqual([lost, lost]);
  });

  it('notices nothing when it was idle meanwhile', async () => {
    await using scene = await HostScene.open();
    const { recogniser } = await scene.engines(systemClock);
    await scene.lose();
    await scene.start();
    await vi.waitFor(async () => expect(await recogniser.transcribe(samples(1))).toEqual({ text: '1 samples' }));
  });

  it('gives a host that others hear too nothing of the call; its twin, which looks at none, gives it everything', async () => {
    const check: SpeechClientDeps['check'] = ({ hearing }) => checkDeclared(HEARING, hearing);
    // The oracle's file was changed, and the host that is started instead reads it.
    const hearing = { ...HEARING, recognition: placeOf('https://ears.example', ['audio']) };
    for (const looks of [true, false]) {
      await using scene = await HostScene.open();
      const client = scene.client(systemClock, looks ? check : undefined);
      const { recogniser } = await openRemoteEngines(client);
      await scene.lose();
      await scene.start(Promise.resolve({ ...scene.scripted.parts, hearing }));
      const heard = await recogniser.transcribe(samples(1)).catch(codeOf);
      expect(heard).toEqual(looks ? 'ERR_CONFIG_INVALID' : { text: '1 samples' });
      expect(scene.scripted.asked).toEqual(looks ? [] : ['hear 1']);
      if (looks) expect(await client.refused).toMatchObject({ code: 'ERR_CONFIG_INVALID' });
    }
  });
});

describe('waiting for the speech host', () => {
  it('lasts until the models are loaded', async () => {
    await using scene = await HostScene.open();
    await scene.lose();
    const loading = Promise.withResolvers<SpeechParts>();
    await scene.start(loading.promise);
    const opened = vi.fn();
    const engines = scene.engines(systemClock).finally(opened);
    await vi.waitFor(() => expect(scene.server.connections).toBe(1));
    expect(opened).not.toHaveBeenCalled();
    loading.resolve(scene.scripted.parts);
    expect((await engines).brain.title).toBe('scripted');
  });

  it('is bounded', async () => {
    await using scene = await HostScene.open();
    await scene.lose();
    const clock = new FakeClock();
    const refused = expect(scene.client(clock).ready()).rejects.toEqual(lost);
    for (let waited = 0; waited <= HOST_WAIT_MS; waited += 1_000) await clock.advance(1_000);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends when the call is over, or the job', async () => {
    await using scene = await HostScene.open();
    await scene.lose();
    const client = scene.client(systemClock);
    const abort = new AbortController();
    const reason = new Error('hung up');
    const hungUp = expect(client.ready(abort.signal)).rejects.toBe(reason);
    const closed = expect(client.ready()).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    abort.abort(reason);
    await hungUp;
    await client.close();
    await closed;
  });
});

describe('a brain in the speech host', () => {
  it('is told by the job when a tentative turn is over, and waits for that', async () => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['first', 'settled?'];
    const settled = Promise.withResolvers<void>();
    const pieces: string[] = [];
    for await (const piece of brain.answer(question, { sessionId: 's' }, { settled: settled.promise })) {
      pieces.push(piece);
      if (piece === 'first') settled.resolve();
    }
    expect(pieces).toEqual(['first', 'settled?']);
  });

  it.each([
    ['yes', () => Promise.resolve(true), 'true'],
    ['no', () => Promise.resolve(false), 'false'],
    ['an error', () => Promise.reject(new Error('no screen')), 'false'],
  ])('has the job ask the user, and takes %s for what it is', async (_what, approve, expected) => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['approved?'];
    const asked = vi.fn<ApproveTool>(approve);
    expect(await collect(brain.answer(question, { sessionId: 's' }, { approve: asked }))).toEqual([expected]);
    const [request] = asked.mock.calls[0] ?? [];
    expect(request).toEqual({ tool: 'order', description: 'Orders.', argumentsText: '{}' });
  });

  it('has nobody to ask where the job has nobody', async () => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['approved?'];
    expect(await collect(brain.answer(question, { sessionId: 's' }))).toEqual(['undefined']);
  });

  it('is not asked again by a second host once the user has allowed something', async () => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = ['approved?', '…'];
    const approve = vi.fn(() => Promise.resolve(true));
    const read = (async () => {
      for await (const piece of brain.answer(question, { sessionId: 's' }, { approve })) {
        expect(piece).toBe('true');
        await scene.lose();
        await scene.start();
      }
    })();
    await expect(read).rejects.toEqual(lost);
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['is not asked again by a second host once a tool of it had an effect', 'acts', 1],
    ['whose tools only looked something up is asked again', 'looks', 2],
  ])('%s', async (_what, piece, times) => {
    await using scene = await HostScene.open();
    const { brain } = await scene.engines(systemClock);
    scene.scripted.pieces = [piece, '…'];
    const pieces: string[] = [];
    const read = (async () => {
      for await (const said of brain.answer(question, { sessionId: 's' })) {
        pieces.push(said);
        if (pieces.length > 1) continue;
        scene.scripted.pieces = ['Done.'];
        await scene.lose();
        await scene.start();
      }
    })();
    if (times === 1) await expect(read).rejects.toEqual(lost);
    else await read;
    expect(pieces).toHaveLength(times);
    expect(scene.scripted.asked.filter((line) => line.startsWith('think s'))).toHaveLength(times);
  });

  it('says who hears the call', async () => {
    await using scene = await HostScene.open();
    const { hearing, brain } = await scene.engines(systemClock);
    expect(hearing).toEqual(HEARING);
    expect(brain.place).toEqual({ where: 'sent-to', host: 'models.example', what: ['text'] });
  });
});
