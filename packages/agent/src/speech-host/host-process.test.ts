import { access, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLogger, systemClock } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import { describe, expect, it, vi } from 'vitest';
import { openRemoteEngines } from './remote-engines.ts';
import { SpeechClient } from './speech-client.ts';
import { readSpeechSocket, SPEECH_SOCKET_VARIABLE, startSpeechHost } from './speech-host.ts';

/** Starting Node on a busy machine, in ms. */
const WAIT = { timeout: 20_000 };

describe("the speech host's process", () => {
  it('says that it cannot load, is started again, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const logged: { message: string; fields: object }[] = [];
    const keep: Logger['info'] = (message, fields = {}) => void logged.push({ message, fields });
    const log: Logger = { ...silentLogger, info: keep, warn: keep, error: keep };
    const host = startSpeechHost({
      weightsDir: 'no-such-folder',
      maxCalls: 1,
      oracle: {},
      reloadsOracle: false,
      clock: systemClock,
      log,
    });
    const folder = dirname(host.socketPath);
    try {
      // Nobody else may look at, or speak to, what carries every call's sound.
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      const starts = (): number => logged.filter(({ message }) => message === 'speech host starts again').length;
      await vi.waitFor(() => expect(starts()).toBe(2), WAIT);
      expect(logged[0]).toEqual({
        message: 'speech host failed',
        fields: expect.objectContaining({ problem: 'not-loaded' }),
      });
      expect(logged[1]).toEqual({ message: 'speech host lost', fields: expect.objectContaining({ exitCode: 1 }) });
    } finally {
      await host.close();
    }
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });
});

/** An oracle with a brain of its author's, which asks the user, and the process's own environment. */
const ORACLE = `
const close = async () => undefined;
const place = { where: 'sent-to', host: 'own.example', what: ['text'] };
export const oracle = {
  instructions: 'You are Ada.',
  voice: 'ada',
    brain: { kind: 'own', place, open: () => ({
    title: 'own',
    place,
    async *answer(turns, context, how) {
      await how.settled;
      const isAllowed = await how.approve({ tool: 'order', description: 'Orders.', argumentsText: '{}' }, how.signal);
      const shown = [process.env.ORACLE_PRIVATE_KEY_HEX, ...process.argv.slice(2)].join();
      yield [turns.at(-1).text, context.userDid, isAllowed, shown].join(' ');
    },
        close,
    [Symbol.asyncDispose]: close,
  }) },
};`;

describe('the speech host of an oracle that works elsewhere', () => {
  it('loads no model, says who hears, and lets the author’s brain ask the user', { timeout: 60_000 }, async () => {
    vi.stubEnv('ORACLE_PRIVATE_KEY_HEX', 'canary');
    await using opened = new AsyncDisposableStack();
    opened.defer(() => void vi.unstubAllEnvs());
    const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-host-'));
    opened.defer(() => rm(folder, { recursive: true }));
    const definitionFile = join(folder, 'oracle.mjs');
    await writeFile(definitionFile, ORACLE);
    const endpoint = { kind: 'endpoint', baseUrl: 'https://voice.example/v1', model: 'm' } as const;
    const oracle = { definitionFile, recognition: endpoint, speech: endpoint };
    const at = { clock: systemClock, log: silentLogger };
    const host = opened.use(
      startSpeechHost({ weightsDir: 'no-such-folder', maxCalls: 1, oracle, reloadsOracle: false, ...at }),
    );
    const client = opened.use(new SpeechClient({ socketPath: host.socketPath, ...at }));
    const { brain, hearing } = await openRemoteEngines(client);
    expect(hearing).toEqual({
      recognition: { where: 'sent-to', host: 'voice.example', what: ['audio'] },
      languageModel: { where: 'sent-to', host: 'own.example', what: ['text'] },
      speech: { where: 'sent-to', host: 'voice.example', what: ['text'] },
      remembers: false,
    });
    const turns = [{ speaker: 'user', text: 'Cakes!' }] as const;
    const how = { approve: () => Promise.resolve(true), settled: Promise.resolve() };
    let said = '';
    for await (const piece of brain.answer(turns, { sessionId: 's', userDid: 'did:key:zUser' }, how)) said += piece;
    // And nothing where the key was, nor where every user of the machine could read.
    expect(said).toBe('Cakes! did:key:zUser true ');
  });
});

describe('the address of the speech host', () => {
  it('comes from the worker through the environment', () => {
    expect(readSpeechSocket({ [SPEECH_SOCKET_VARIABLE]: '/tmp/x/speech' })).toBe('/tmp/x/speech');
    expect(() => readSpeechSocket({})).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});
