import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { CallUser } from '../asking/call-user.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { ToolFailure } from '../tools/tool.ts';
import { RemoteUser } from './remote-user.ts';
import { CHOICES, HostScene } from './speech-host.fixture.ts';

const question = [{ speaker: 'user', text: 'Which city?' }] as const;

/** A user of a call who does what the test says. */
function scriptedUser(choose: CallUser['choose'] = () => new Promise(() => undefined)) {
  const did: string[] = [];
  const aborted = (what: string, signal: AbortSignal | undefined): void =>
    signal?.addEventListener('abort', () => did.push(`takes back ${what}`));
  const user: CallUser = {
    choose: (text, choices, options = {}) => {
      did.push(`asks ${text}`);
      aborted(text, options.signal);
      return choose(text, choices, options);
    },
    offer: (text, _choices, { signal } = {}) => {
      did.push(`offers ${text}`);
      aborted(text, signal);
    },
    write: (text) => void did.push(`writes ${text}`),
  };
  return { did, user };
}

async function scene(pieces: string[]) {
  const host = await HostScene.open();
  const { brain } = await host.engines(systemClock);
  host.scripted.pieces = pieces;
  const collect = async (user: CallUser | undefined, how: { signal?: AbortSignal; approve?: ApproveTool } = {}) => {
    const all: string[] = [];
    for await (const piece of brain.answer(question, { sessionId: 's', user }, how)) all.push(piece);
    return all;
  };
  return {
    scripted: host.scripted,
    collect,
    lose: () => host.lose(),
    start: () => host.start(),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

describe('a brain in the speech host', () => {
  it.each([
    ['the key that was pressed', () => Promise.resolve('1' as const), '1'],
    ['that none was', () => Promise.resolve(undefined), 'undefined'],
  ])('has the job’s user choose, and is told %s', async (_what, choose, expected) => {
    await using at = await scene(['chosen?']);
    const { user, did } = scriptedUser(choose);
    expect(await at.collect(user)).toEqual([expected]);
    expect(did).toEqual(['asks Which?']);
  });

  it('is told when the user cannot be asked', async () => {
    await using at = await scene(['chosen?']);
    const { user } = scriptedUser(() => Promise.reject(new OracleCallError('ERR_CALL_ENDED')));
    await expect(at.collect(user)).rejects.toMatchObject({ code: 'ERR_CALL_QUESTION' });
  });

  it('writes to the user, and offers replies that outlive the answer', async () => {
    await using at = await scene(['write', 'offer']);
    const { user, did } = scriptedUser();
    const own = new AbortController();
    at.scripted.ownSignal = own.signal;
    await at.collect(user);
    expect(did).toEqual(['writes Look.', 'offers Which?']);
  });

  it('has no user where the job has none', async () => {
    await using at = await scene(['chosen?', 'write', 'offer']);
    expect(await at.collect(undefined)).toEqual(['undefined', 'write', 'offer']);
  });

  it('takes a question back', async () => {
    await using at = await scene(['chosen?']);
    const { user, did } = scriptedUser();
    const own = new AbortController();
    at.scripted.ownSignal = own.signal;
    const refused = expect(at.collect(user)).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    await vi.waitFor(() => expect(did).toEqual(['asks Which?']));
    own.abort(new Error('changed its mind'));
    await refused;
    await vi.waitFor(() => expect(did).toEqual(['asks Which?', 'takes back Which?']));
  });

  it('asks no more when the answer is not wanted any more, or the host is gone', async () => {
    await using at = await scene(['chosen?']);
    const { user, did } = scriptedUser();
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const refused = expect(at.collect(user, { signal: abort.signal })).rejects.toBe(reason);
    await vi.waitFor(() => expect(did).toHaveLength(1));
    abort.abort(reason);
    await refused;
    expect(did).toEqual(['asks Which?', 'takes back Which?']);
    const again = at.collect(user);
    await vi.waitFor(() => expect(did).toHaveLength(3));
    at.scripted.pieces = ['done'];
    await at.lose();
    await at.start();
    expect(await again).toEqual(['done']);
    expect(did.slice(2)).toEqual(['asks Which?', 'takes back Which?']);
  });

  it('hears of a user who does not answer about a tool as of that, and of all else as of no yes', async () => {
    await using at = await scene(['approved?']);
    const unanswered: ApproveTool = () => Promise.reject(new ToolFailure('The user did not answer.'));
    await expect(at.collect(undefined, { approve: unanswered })).rejects.toThrow('The user did not answer.');
    expect(await at.collect(undefined, { approve: () => Promise.reject(new Error('no screen')) })).toEqual(['false']);
  });
});

it('choices that no keypad has are refused to the author, in the host', async () => {
  const send = vi.fn();
  const { user } = new RemoteUser(1, new AbortController().signal, send);
  await expect(user.choose('Which?', [...CHOICES, ...CHOICES])).rejects.toMatchObject({ code: 'ERR_DATA_MALFORMED' });
  expect(() => user.offer('', CHOICES)).toThrow();
  expect(() => user.write('')).toThrow();
  expect(send).not.toHaveBeenCalled();
});
