import { expect, test } from 'vitest';
import { findSession, forgetSession, keepSession } from './kept-session.ts';

const session = {
  homeserverUrl: 'http://127.0.0.1:8008',
  userId: '@alice:localhost',
  deviceId: 'DEVICE',
  accessToken: 'token',
};

function memory(text?: string) {
  let kept: string | null = text ?? null;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => void (kept = value),
    removeItem: () => void (kept = null),
  };
}

test('a session that was kept is found again until it is forgotten', () => {
  const storage = memory();
  keepSession(storage, session);
  expect(findSession(storage, session.homeserverUrl)).toEqual(session);
  forgetSession(storage);
  expect(findSession(storage, session.homeserverUrl)).toBeUndefined();
});

test('a session of another homeserver is not used: its token would be sent to a stranger', () => {
  const storage = memory(JSON.stringify(session));
  expect(findSession(storage, 'http://127.0.0.1:9999')).toBeUndefined();
});

test.each(['', 'null', '{}', 'not json', JSON.stringify({ ...session, accessToken: 1 })])(
  'what does not look like a session (%s) is none',
  (text) => {
    expect(findSession(memory(text), session.homeserverUrl)).toBeUndefined();
  },
);
