import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { createScene, ORACLE_DID } from '../call/call-scene.fixture.ts';

const QUERY = { oracleDid: ORACLE_DID };
const PATH = '/memories?oracleDid=did%3Aixo%3Aoracle456';

test('what an oracle remembers is listed by session, as its backend says', async () => {
  const { core, backend } = createScene();
  backend.answer = { memories: [{ sessionId: 'session-1', keptAt: '2026-01-01T10:00:00.000Z' }] };
  expect(await core.memory.list(QUERY)).toEqual([
    { oracleDid: ORACLE_DID, sessionId: 'session-1', keptAt: Date.UTC(2026, 0, 1, 10) },
  ]);
  expect(backend.of('ask')).toEqual([{ kind: 'ask', method: 'GET', path: PATH }]);
});

test('a session is forgotten, or all of them', async () => {
  const { core, backend } = createScene();
  backend.answer = { erased: 2 };
  expect(await core.memory.forget(QUERY)).toBe(2);
  await core.memory.forget({ ...QUERY, sessionId: 'session-1' });
  expect(backend.of('ask')).toMatchObject([
    { method: 'DELETE', path: PATH },
    { method: 'DELETE', path: `${PATH}&sessionId=session-1` },
  ]);
});

test('names that are none are asked of nobody, and an answer of another shape is refused', async () => {
  const { core, backend } = createScene();
  const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });
  await expect(core.memory.forget({ oracleDid: 'nobody' })).rejects.toEqual(malformed);
  await expect(core.memory.forget({ ...QUERY, sessionId: '../calls' })).rejects.toEqual(malformed);
  expect(backend.of('ask')).toEqual([]);
  backend.answer = { erased: 'all' };
  await expect(core.memory.forget(QUERY)).rejects.toEqual(malformed);
});

test('the agent of a call in progress is told under the call’s keys, and so is each that takes over', async () => {
  const { core, backend, liveCall, protocol, clock } = createScene();
  backend.answer = { erased: 1 };
  const call = await liveCall();
  await core.memory.forget({ ...QUERY, sessionId: 'another-session' });
  expect(protocol.link.said).toEqual([]);
  await core.memory.forget({ ...QUERY, sessionId: call.sessionId });
  const wish = { kind: 'control', action: 'memory', wish: 'forget' };
  expect(protocol.link.said).toMatchObject([wish]);
  protocol.link.confirm('agent-2');
  await clock.settle();
  expect(protocol.link.said).toMatchObject([wish, wish]);
  await call.endCall();
});

test('it is told although the backend refuses', async () => {
  const { core, backend, liveCall, protocol } = createScene();
  const call = await liveCall();
  backend.ask = () => Promise.reject(new OracleCallError('ERR_UPSTREAM_BACKEND'));
  await expect(core.memory.forget(QUERY)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_BACKEND' });
  expect(protocol.link.said).toMatchObject([{ action: 'memory', wish: 'forget' }]);
  await call.endCall();
});

test('a call that is not to be remembered says so once the oracle has proved itself, and no other does', async () => {
  for (const remembers of [false, true, undefined]) {
    const { core, protocol, clock, sfu } = createScene();
    const call = core.callOracle({ type: 'audio', oracleDid: ORACLE_DID, remembers });
    await clock.settle();
    sfu.last.join('agent-1');
    expect(protocol.link.said).toEqual([]);
    protocol.link.confirm('agent-1');
    await clock.settle();
    expect(protocol.link.said).toMatchObject(remembers === false ? [{ action: 'memory', wish: 'keep-nothing' }] : []);
    await call.endCall();
  }
});
