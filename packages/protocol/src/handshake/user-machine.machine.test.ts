import { expect, test } from 'vitest';
import { comparisonCode } from '../comparison-code/comparison-code.ts';
import { Epoch } from '../key-schedule/key-schedule.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import { fixedBytes, fixedSecret } from './call.fixture.ts';
import { CallSession } from './call-session.ts';
import {
  reduceUser,
  USER_CELLS,
  USER_STATES,
  USER_TRANSITIONS,
  userCell,
  type AcceptedAttempt,
  type UserCell,
  type UserInput,
  type UserState,
  type UserStateName,
} from './user-machine.ts';

function session(attempt: number): CallSession {
  const transcript = fixedBytes('transcript');
  const secrets = { chainKey: fixedSecret('chain'), sharedSecret: fixedSecret('shared') };
  const nonces = { userNonce: fixedBytes('user'), agentNonce: fixedBytes('agent') };
  return new CallSession(new Epoch({ ...secrets, transcript, attempt, epoch: 1 }), {
    userIdentity: 'user',
    agentIdentity: 'agent',
    comparisonCode: comparisonCode({ transcript, ...nonces }),
    hearing: HEARD_HERE,
  });
}

const accepted = (attempt: number): AcceptedAttempt => ({
  attempt,
  offerDigest: `offer-${attempt}`,
  agentIdentity: 'agent',
  frame: new Uint8Array([attempt]),
  pending: fixedSecret('pending'),
});

/** Every state as it is at attempt 5. */
const STATES: Record<UserStateName, () => UserState> = {
  waiting: () => ({ name: 'waiting' }),
  accepted: () => ({ name: 'accepted', accepted: accepted(5) }),
  confirmed: () => ({
    name: 'confirmed',
    attempt: 5,
    offerDigest: 'offer-5',
    confirmDigest: 'confirm-5',
    session: session(5),
  }),
  closed: () => ({ name: 'closed' }),
};

/** Inputs that fall into each column when the state is at attempt 5; `waiting` and `closed` know no attempt. */
const INPUTS: Record<UserCell, () => UserInput> = {
  'offer-later': () => ({ kind: 'offer', attempt: 6, digest: 'offer-6' }),
  'offer-again': () => ({ kind: 'offer', attempt: 5, digest: 'offer-5' }),
  'offer-not-later': () => ({ kind: 'offer', attempt: 5, digest: 'rival' }),
  'confirm-current': () => ({ kind: 'confirm', attempt: 5, digest: 'other' }),
  'confirm-again': () => ({ kind: 'confirm', attempt: 5, digest: 'confirm-5' }),
  'confirm-earlier': () => ({ kind: 'confirm', attempt: 4, digest: 'confirm-4' }),
  'confirm-later': () => ({ kind: 'confirm', attempt: 6, digest: 'confirm-6' }),
  'offer-verified': () => ({ kind: 'offer-verified', accepted: accepted(6) }),
  'confirm-verified': () => ({ kind: 'confirm-verified', digest: 'confirm-5', session: session(5) }),
  close: () => ({ kind: 'close' }),
};

const PAIRS = USER_STATES.flatMap((state) => USER_CELLS.map((cell) => [state, cell] as const));

test.each(PAIRS)('%s × %s goes where the table says, and effects belong to it', (name, cell) => {
  const [before, input] = [STATES[name](), INPUTS[cell]()];
  const { state, step } = reduceUser(before, input);
  // States that know no attempt see some inputs in another column: that column's row is what counts.
  expect(step).toBe(USER_TRANSITIONS[name][userCell(before, input)]);
  expect(state.name).toBe(step.to);
  if (state.name === before.name && step.effect !== 'send-accept' && input.kind !== 'close') expect(state).toBe(before);
});

test.each(PAIRS.filter(([name]) => name === 'accepted' || name === 'confirmed'))(
  '%s: the input made for %s falls into its column',
  (name, cell) => {
    const expected = name === 'accepted' && cell === 'confirm-again' ? 'confirm-current' : cell;
    expect(userCell(STATES[name](), INPUTS[cell]())).toBe(expected);
  },
);

test('only these pairs lead to another state', () => {
  const changes = PAIRS.filter(([name, cell]) => USER_TRANSITIONS[name][cell].to !== name).map(
    ([name, cell]) => `${name} ${cell} ${USER_TRANSITIONS[name][cell].to}`,
  );
  expect(changes.toSorted()).toEqual([
    'accepted close closed',
    'accepted confirm-verified confirmed',
    'confirmed close closed',
    'confirmed offer-verified accepted',
    'waiting close closed',
    'waiting offer-verified accepted',
  ]);
});

test('a session is delivered, and an accept sent, only after verification', () => {
  for (const [name, cell] of PAIRS) {
    const { effect } = USER_TRANSITIONS[name][cell];
    if (effect === 'deliver-session') expect([name, cell]).toEqual(['accepted', 'confirm-verified']);
    if (effect === 'send-accept') expect(cell).toBe('offer-verified');
  }
});

test('no frame from outside is taken once all is closed', () => {
  for (const cell of USER_CELLS) {
    const step = USER_TRANSITIONS.closed[cell];
    expect(step).toMatchObject(cell === 'close' ? { effect: 'nothing' } : { code: 'ERR_HANDSHAKE_CLOSED' });
  }
});

test('what a state held is discarded with it, and what a refused input brought too', () => {
  for (const [name, cell] of PAIRS) {
    const [before, input] = [STATES[name](), INPUTS[cell]()];
    const { state, step, discarded } = reduceUser(before, input);
    const held = before.name === 'accepted' ? before.accepted.pending : before.name === 'confirmed' && before.session;
    const isKept = state === before || step.effect === 'deliver-session';
    if (held !== false) expect(discarded.includes(held), `${name} × ${cell}`).toBe(!isKept);
    if (step.effect !== 'refuse') continue;
    if (input.kind === 'offer-verified') expect(discarded).toEqual([input.accepted.pending]);
    if (input.kind === 'confirm-verified') expect(discarded).toEqual([input.session]);
  }
});

test('an offer that was verified under a number which is not later any more is discarded', () => {
  const input: UserInput = { kind: 'offer-verified', accepted: accepted(5) };
  const { step, discarded } = reduceUser(STATES.accepted(), input);
  expect(step).toMatchObject({ effect: 'refuse', code: 'ERR_HANDSHAKE_STALE' });
  expect(discarded).toEqual([input.accepted.pending]);
});
