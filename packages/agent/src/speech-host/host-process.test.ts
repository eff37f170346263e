import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { silentLogger, systemClock } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import { describe, expect, it, vi } from 'vitest';
import { readSpeechSocket, SPEECH_SOCKET_VARIABLE, startSpeechHost } from './speech-host.ts';

/** Starting Node on a busy machine, in ms. */
const WAIT = { timeout: 20_000 };

describe("the speech host's process", () => {
  it('says that it cannot load, is started again, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const logged: { message: string; fields: object }[] = [];
    const keep: Logger['info'] = (message, fields = {}) => void logged.push({ message, fields });
    const log: Logger = { ...silentLogger, info: keep, warn: keep, error: keep };
    const host = startSpeechHost({ weightsDir: 'no-such-folder', maxCalls: 1, oracle: {}, clock: systemClock, log });
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

describe('the address of the speech host', () => {
  it('comes from the worker through the environment', () => {
    expect(readSpeechSocket({ [SPEECH_SOCKET_VARIABLE]: '/tmp/x/speech' })).toBe('/tmp/x/speech');
    expect(() => readSpeechSocket({})).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});
