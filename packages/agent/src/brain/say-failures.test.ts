import { OracleCallError, silentLogger } from '@oracle-calls/protocol';
import { describe, expect, it, vi } from 'vitest';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import type { AnswerOptions, Turn } from './brain.ts';
import { createBrain, questionOf } from './create-brain.ts';
import { MAX_FAILED_TURNS, sayFailures } from './say-failures.ts';

/** Says what it is told, and fails at `!`. */
const frail = createBrain({
  title: 'frail',
  place: ON_THIS_MACHINE,
  async *answer(turns) {
    await Promise.resolve();
    for (const piece of questionOf(turns).split('|')) {
      if (piece === '!') throw new OracleCallError('ERR_UPSTREAM_MODEL');
      yield piece;
    }
  },
});

function scene() {
  const onGivenUp = vi.fn();
  const warn = vi.fn();
  const brain = sayFailures(frail, { apology: 'Sorry.', onGivenUp, log: { ...silentLogger, warn } });
  const turns: Turn[] = [];
  const ask = async (text: string, options?: AnswerOptions): Promise<string> => {
    turns.push({ speaker: 'user', text });
    let said = '';
    for await (const piece of brain.answer(turns, { sessionId: 's' }, options)) said += piece;
    return said;
  };
  return { ask, onGivenUp, warn, turns };
}

describe('a brain that fails', () => {
  it('says so, after what it has said', async () => {
    const { ask, warn, onGivenUp } = scene();
    expect(await ask('!')).toBe('Sorry.');
    expect(await ask('It is |!')).toBe('It is … Sorry.');
    expect(await ask('It is late.| |!')).toBe('It is late.  Sorry.');
    expect(await ask('!', { alreadySaid: 'It is' })).toBe('… Sorry.');
    expect(warn).toHaveBeenCalledWith('an answer failed', { code: 'ERR_UPSTREAM_MODEL', turnsInARow: 1 });
    expect(onGivenUp).toHaveBeenCalledTimes(1);
  });

  it('is given up after some failed turns in a row, and not when it answers in between', async () => {
    const { ask, onGivenUp } = scene();
    for (let i = 0; i < MAX_FAILED_TURNS; i++) await ask('!');
    await ask('fine');
    for (let i = 0; i < MAX_FAILED_TURNS; i++) await ask('!');
    expect(onGivenUp).not.toHaveBeenCalled();
    expect(await ask('!')).toBe('Sorry.');
    expect(onGivenUp).toHaveBeenCalledTimes(1);
  });

  it('fails once in a turn that is answered several times', async () => {
    const { ask, onGivenUp, turns } = scene();
    for (let i = 0; i <= MAX_FAILED_TURNS; i++) {
      await ask('!');
      turns.pop();
    }
    expect(onGivenUp).not.toHaveBeenCalled();
  });

  it('has nothing to say about an answer that is not wanted any more', async () => {
    const { ask, warn } = scene();
    const reason = new Error('interrupted');
    const abort = new AbortController();
    const said = ask('a|!', { signal: abort.signal });
    abort.abort(reason);
    await expect(said).rejects.toBe(reason);
    expect(warn).not.toHaveBeenCalled();
  });
});
