import { OracleCallError, parseDid, type CallType } from '@oracle-calls/protocol';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { FakeClock, SCRIPTED_ORACLE, ScriptedOracleCalls } from '@oracle-calls/testing';
import type { OracleFacts } from '@oracle-calls/sdk';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { expect, test } from 'vitest';
import type { Desk } from '../call/call-desk.ts';
import { Store } from '../store/store.ts';
import type { Readiness } from './ask-readiness.ts';
import { OracleDesk } from './oracle-desk.ts';
import { OracleShelf } from './oracle-shelf.ts';

const OTHER = parseDid('did:web:other.example.org');
const factsOf = (oracleDid: OracleFacts['oracleDid'], localpart: string): OracleFacts => ({
  oracleDid,
  matrixUserId: parseMatrixUserId(`@${localpart}:localhost`),
  backendUrl: 'https://backend.example',
  keyState: 'first-contact',
  isVerified: false,
});

class FakeDesk extends Store<Desk> {
  readonly placed: CallType[] = [];
  readonly #calls: ScriptedOracleCalls;
  constructor(calls: ScriptedOracleCalls) {
    super({
      oracleDid: SCRIPTED_ORACLE,
      readiness: 'ready',
      call: undefined,
      error: undefined,
      keyChange: undefined,
      liveAt: undefined,
      endedAt: undefined,
      wasEncrypted: false,
      transcript: 'off',
      offersResume: false,
    });
    this.#calls = calls;
  }
  async choose(oracleDid: string): Promise<void> {
    this.set({ ...this.value, oracleDid, readiness: 'preparing' });
    this.set({ ...this.value, readiness: 'ready' });
  }
  place(type: CallType): void {
    this.placed.push(type);
    const call = this.#calls.callOracle({ type, oracleDid: this.value.oracleDid });
    call.observe(() => this.set({ ...this.value }));
    this.set({ ...this.value, call });
  }
}

async function open() {
  const clock = new FakeClock();
  const calls = new ScriptedOracleCalls(clock);
  calls.oracles.push(factsOf(SCRIPTED_ORACLE, 'oracle'), factsOf(OTHER, 'other'));
  const desk = new FakeDesk(calls);
  const items = new Map<string, string>();
  const shelf = new OracleShelf({
    userId: '@alice:localhost',
    listed: [{ oracleDid: SCRIPTED_ORACLE }],
    storage: { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) },
    clock,
  });
  const answers: { readiness: Readiness } = { readiness: 'ready' };
  const oracles = new OracleDesk({
    desk,
    calls,
    shelf,
    profiles: { read: async (userId) => ({ name: `Name of ${userId}`, picture: undefined }) },
    clock,
    ask: async () => answers.readiness,
  });
  await clock.settle();
  return { clock, calls, desk, shelf, oracles, answers };
}

test('the chosen oracle is known by what is proved, by its homeserver’s word, and by whether it takes calls', async () => {
  const { oracles } = await open();
  expect(oracles.value.chosen).toMatchObject({
    oracleDid: SCRIPTED_ORACLE,
    facts: { matrixUserId: '@oracle:localhost', keyState: 'first-contact' },
    profile: { name: 'Name of @oracle:localhost' },
    readiness: 'ready',
  });
});

test('an oracle is found by its Matrix id and turned to; it stays to be chosen again', async () => {
  const { clock, desk, shelf, oracles } = await open();
  expect(await oracles.find('  @other:localhost ')).toBe(true);
  await clock.settle();
  expect(desk.value.oracleDid).toBe(OTHER);
  expect(oracles.value.chosen).toMatchObject({ oracleDid: OTHER, facts: { matrixUserId: '@other:localhost' } });
  expect(shelf.find(OTHER)).toMatchObject({ matrixUserId: '@other:localhost', name: 'Name of @other:localhost' });
});

test.each([
  ['not a name', 'ERR_DID_MALFORMED'],
  ['@nobody:localhost', 'ERR_DID_UNPUBLISHED'],
  ['did:web:nobody.example', 'ERR_DID_NOT_RESOLVED'],
])('%s leads nowhere, and that is said', async (text, errorCode) => {
  const { desk, oracles } = await open();
  expect(await oracles.find(text)).toBe(false);
  expect(oracles.value.search).toEqual({ isBusy: false, errorCode });
  expect(desk.value.oracleDid).toBe(SCRIPTED_ORACLE);
});

test('an oracle whose document names another account than the one asked for is not turned to', async () => {
  const { calls, desk, shelf, oracles } = await open();
  calls.lookUpOracle = () => Promise.reject(new OracleCallError('ERR_DID_ACCOUNT'));
  expect(await oracles.find('@other:localhost')).toBe(false);
  expect(oracles.value.search.errorCode).toBe('ERR_DID_ACCOUNT');
  expect(desk.value.oracleDid).toBe(SCRIPTED_ORACLE);
  expect(shelf.find(OTHER)).toBeUndefined();
});

test('what a call changed is looked up anew when it has ended', async () => {
  const { clock, calls, desk, oracles } = await open();
  desk.place('audio');
  calls.last.live();
  calls.oracles[0] = { ...factsOf(SCRIPTED_ORACLE, 'oracle'), keyState: 'same', isVerified: true };
  calls.last.end('hangup');
  await clock.settle();
  expect(oracles.value.chosen.facts).toMatchObject({ keyState: 'same', isVerified: true });
});

test('waiting calls when the oracle takes calls again, and a call that is placed meanwhile ends the waiting', async () => {
  const { clock, desk, oracles, answers } = await open();
  answers.readiness = 'away';
  oracles.wait.start('audio');
  await clock.advance(10_000);
  expect(oracles.value.chosen.readiness).toBe('away');
  answers.readiness = 'ready';
  await clock.advance(10_000);
  expect(desk.placed).toEqual(['audio']);
  expect(oracles.wait.value).toEqual({ kind: 'idle' });
});

test('turning to another oracle ends the waiting', async () => {
  const { oracles } = await open();
  oracles.wait.start('audio');
  oracles.choose(OTHER);
  expect(oracles.wait.value).toEqual({ kind: 'idle' });
});

test('what an oracle declares of its memory in a call is known before the next', async () => {
  const { calls, desk, shelf } = await open();
  desk.place('audio');
  calls.last.live();
  expect(shelf.find(SCRIPTED_ORACLE)?.remembers).toBeUndefined();
  calls.last.secure({ hearing: { ...HEARD_HERE, remembers: true } });
  expect(shelf.find(SCRIPTED_ORACLE)?.remembers).toBe(true);
  calls.last.secure({ hearing: HEARD_HERE });
  expect(shelf.find(SCRIPTED_ORACLE)?.remembers).toBe(false);
});
