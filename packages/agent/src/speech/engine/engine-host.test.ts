import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { openEngine } from './engine-host.ts';
import type { EngineHost } from './engine-host.ts';

const SCRIPT = new URL('./engine-host.fixture.ts', import.meta.url);
const open = (data: unknown = null, clock = new FakeClock()): Promise<EngineHost<number, number, { name: string }>> =>
  openEngine('doubler', SCRIPT, data, {}, clock);
const internal = expect.objectContaining({ code: 'ERR_INTERNAL' });

describe('an engine in its thread', () => {
  it('tells about itself once loaded, and answers in order', async () => {
    await using engine = await open();
    expect(engine.facts).toEqual({ name: 'doubler' });
    expect(await Promise.all([engine.run(1), engine.run(2), engine.run(3)])).toEqual([2, 4, 6]);
  });

  it('survives a failing run', async () => {
    await using engine = await open();
    await expect(engine.run(13)).rejects.toEqual(internal);
    expect(await engine.run(4)).toBe(8);
  });

  it('gives up a run that is aborted, and is free for the next', async () => {
    await using engine = await open();
    const abort = new AbortController();
    const endless = engine.run(-1, { signal: abort.signal });
    const next = engine.run(5);
    const reason = new Error('not needed any more');
    abort.abort(reason);
    await expect(endless).rejects.toBe(reason);
    expect(await next).toBe(10);
  });

  it('does not start a run whose signal is aborted', async () => {
    await using engine = await open();
    const reason = new Error('too late');
    await expect(engine.run(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('gives up a run that hangs', async () => {
    const clock = new FakeClock();
    await using engine = await open(null, clock);
    const endless = engine.run(-1);
    const refused = expect(endless).rejects.toEqual(expect.objectContaining({ code: 'ERR_UPSTREAM_TIMEOUT' }));
    await clock.advance(60_000);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects what is under way, and everything later, when its thread dies', async () => {
    await using engine = await open();
    await expect(engine.run(99)).rejects.toEqual(internal);
    await expect(engine.run(1)).rejects.toEqual(internal);
  });

  it('rejects everything once closed, and closes once', async () => {
    const engine = await open();
    const running = engine.run(-1);
    const refused = expect(running).rejects.toEqual(internal);
    await Promise.all([engine.close(), engine.close()]);
    await refused;
    await expect(engine.run(1)).rejects.toEqual(internal);
  });

  it('cannot be opened when its model does not load', async () => {
    await expect(open('cannot load')).rejects.toEqual(internal);
  });
});
