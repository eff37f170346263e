import { inference } from '@livekit/agents';
import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { TextChannel } from '../brain/text-channel.ts';
import type { Engines } from '../conversation/engines.ts';
import { WarmEngines } from './warm-engines.ts';

const close = (): Promise<void> => Promise.resolve();
const disposable = { close, [Symbol.asyncDispose]: close };
const engines: Engines = {
  ...disposable,
  recogniser: { ...disposable, transcribe: () => Promise.resolve({ text: '' }) },
  synthesiser: { ...disposable, sampleRate: 48_000, synthesise: () => Promise.resolve(new Float32Array()) },
  brain: { ...disposable, title: 'none', answer: () => new TextChannel() },
  vad: new inference.VAD(),
};
const opened = (): Promise<Engines> => Promise.resolve(engines);

describe('models that are loaded ahead', () => {
  it('are loaded after the delay, once', async () => {
    const clock = new FakeClock();
    const open = vi.fn(opened);
    const warm = new WarmEngines('weights', 4_000, clock, silentLogger, open);
    await clock.advance(3_999);
    expect(open).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(open).toHaveBeenCalledWith({ weightsDir: 'weights' });
    expect(await warm.get()).toBe(engines);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('are loaded at once for whoever needs them earlier', async () => {
    const clock = new FakeClock();
    const open = vi.fn(opened);
    const warm = new WarmEngines('weights', 4_000, clock, silentLogger, open);
    await warm.get();
    await clock.advance(10_000);
    expect(open).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that fail are a rejection for whoever asks, not an unhandled one', async () => {
    const clock = new FakeClock();
    const warm = new WarmEngines('weights', 10, clock, silentLogger, () => Promise.reject(new Error('no weights')));
    await clock.advance(10);
    await expect(warm.get()).rejects.toThrow('no weights');
    await warm.close();
  });

  it('are closed if they were loaded, and never loaded after that', async () => {
    const clock = new FakeClock();
    const open = vi.fn(opened);
    const warm = new WarmEngines('weights', 10, clock, silentLogger, open);
    await warm.close();
    await clock.advance(20);
    expect(open).not.toHaveBeenCalled();
  });
});
