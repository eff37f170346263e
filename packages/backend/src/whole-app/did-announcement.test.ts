import { afterEach, beforeEach, expect, test } from 'vitest';
import { ORACLE_DID_PROFILE_FIELD, OracleCallError } from '@oracle-calls/protocol';
import { ORACLE, ORACLE_DID, TestBackend } from './test-backend.ts';

const FIELD = `${ORACLE} ${ORACLE_DID_PROFILE_FIELD}`;

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test("an oracle's account says its DID in its profile as soon as it is open", async () => {
  await backend.backend.settled();
  expect(backend.matrix.profiles.get(FIELD)).toBe(ORACLE_DID);
});

test('what the profile says already is not said again, and what it says wrongly is corrected', async () => {
  await backend.backend.settled();
  await backend.kill();
  await backend.open();
  await backend.backend.settled();
  expect(backend.logged('DID published in the profile')).toHaveLength(1);
  await backend.kill();
  backend.matrix.profiles.set(FIELD, 'did:ixo:another');
  await backend.open();
  await backend.backend.settled();
  expect(backend.matrix.profiles.get(FIELD)).toBe(ORACLE_DID);
});

test('a homeserver that is away keeps nobody from being served, and is asked again later', async () => {
  await backend.backend.settled();
  await backend.kill();
  backend.matrix.profiles.clear();
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  await backend.open();
  await backend.backend.settled();
  expect(backend.logged('DID not published')).toMatchObject([{ code: 'ERR_UPSTREAM_HOMESERVER' }]);
  expect(backend.matrix.profiles.has(FIELD)).toBe(false);
  backend.matrix.failure = undefined;
  await backend.clock.advance(30_000);
  await backend.backend.settled();
  expect(backend.matrix.profiles.get(FIELD)).toBe(ORACLE_DID);
});
