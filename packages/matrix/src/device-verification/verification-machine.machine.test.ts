import { expect, test } from 'vitest';
import { stepVerification, type DeviceVerificationState, type VerificationInput } from './verification-machine.ts';

const emoji = [{ symbol: '🐶', name: 'Dog' }];
const received = { hasPrivateKeys: true, backup: 'on' } as const;

const states: Record<DeviceVerificationState['kind'], DeviceVerificationState> = {
  Waiting: { kind: 'Waiting' },
  Asked: { kind: 'Asked', deviceId: 'NEW' },
  Agreeing: { kind: 'Agreeing' },
  Comparing: { kind: 'Comparing', emoji },
  Confirming: { kind: 'Confirming', emoji },
  Receiving: { kind: 'Receiving' },
  Verified: { kind: 'Verified', received },
  Ended: { kind: 'Ended', reason: 'cancelled' },
};
const inputs = {
  accepted: { kind: 'accepted' },
  shown: { kind: 'shown', emoji },
  saidSame: { kind: 'saidSame' },
  'done, new device': { kind: 'done', isNewDevice: true },
  'done, signed device': { kind: 'done', isNewDevice: false },
  received: { kind: 'received', received },
  ended: { kind: 'ended', reason: 'declined' },
} as const satisfies Record<string, VerificationInput>;

/** Everything that changes a state; whatever is not here changes none. */
const moves: Record<string, DeviceVerificationState['kind']> = {
  'Waiting accepted': 'Agreeing',
  'Asked accepted': 'Agreeing',
  'Agreeing shown': 'Comparing',
  'Comparing saidSame': 'Confirming',
  'Confirming done, new device': 'Receiving',
  'Confirming done, signed device': 'Verified',
  'Receiving received': 'Verified',
  ...Object.fromEntries(
    Object.keys(states)
      .filter((kind) => kind !== 'Verified' && kind !== 'Ended')
      .map((kind) => [`${kind} ended`, 'Ended'] as const),
  ),
};

const all = Object.values(states).flatMap((state) =>
  Object.entries(inputs).map(([name, input]) => ({ name: `${state.kind} ${name}`, state, input })),
);

test.each(all)('$name', ({ name, state, input }) => {
  const next = stepVerification(state, input);
  const expected = moves[name];
  if (expected === undefined) expect(next).toBe(state);
  else expect(next.kind).toBe(expected);
});

test('nothing is verified that a person has not called the same', () => {
  const quick = [inputs.accepted, inputs.shown, inputs['done, new device'], inputs.received];
  expect(quick.reduce(stepVerification, states.Waiting).kind).toBe('Comparing');
});
