import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { parseMatrixRoomId, parseMatrixUserId } from '../matrix-id.ts';
import type { AdapterContext } from './adapter-context.ts';
import { FakeSdkClient, type FakeRoomFacts } from './fake-sdk-client.fixture.ts';

export const ALICE = parseMatrixUserId('@alice:localhost');
export const ORACLE = parseMatrixUserId('@oracle:localhost');
export const MALLORY = parseMatrixUserId('@mallory:localhost');
export const ROOM = parseMatrixRoomId('!room:localhost');

/** A room of Alice (joined) and the oracle (invited), encrypted and private. */
export const TWO: FakeRoomFacts = {
  id: ROOM,
  members: [
    { userId: ALICE, membership: 'join' },
    { userId: ORACLE, membership: 'invite' },
  ],
};

export function fakeContext(): AdapterContext & { readonly client: FakeSdkClient; readonly clock: FakeClock } {
  const policy = { attempts: 3, baseDelayMs: 100, maxDelayMs: 1_000, maxRetryAfterMs: 5_000 };
  return {
    client: new FakeSdkClient(ALICE),
    clock: new FakeClock(),
    logger: silentLogger,
    random: () => 1,
    retryPolicy: policy,
  };
}
