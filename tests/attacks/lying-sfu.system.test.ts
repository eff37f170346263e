import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Room, RoomEvent, dispose } from '@livekit/rtc-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import { createJoinToken } from '../browser/sdk-media/tone-participant.ts';
import { lastNewsOf, participantNews, participantsIn } from './lying-sfu/lies.ts';
import { startLyingSfu } from './lying-sfu/lying-sfu.ts';

let stateDir: string;
let livekit: LiveKit;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-lying-sfu-'));
  livekit = await startLiveKit({ stateDir });
});

afterAll(async () => {
  await livekit?.close();
  await rm(stateDir, { recursive: true, force: true });
  await dispose();
});

test('a relay that does not lie is not noticed', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  const [alice, bob] = [new Room(), new Room()];
  const joined = new Promise<string>((resolve) => {
    alice.on(RoomEvent.ParticipantConnected, ({ identity }) => resolve(identity));
  });
  await alice.connect(sfu.url, await createJoinToken(livekit, 'honest', 'alice'), {
    autoSubscribe: true,
    dynacast: false,
  });
  await bob.connect(livekit.url, await createJoinToken(livekit, 'honest', 'bob'), {
    autoSubscribe: true,
    dynacast: false,
  });
  expect(await joined).toBe('bob');
  expect(alice.localParticipant?.identity).toBe('alice');
  expect(sfu.connections.length).toBe(1);
  await Promise.all([alice.disconnect(), bob.disconnect()]);
});

test('what the server says can be changed and invented', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  sfu.respond = ({ message }) => {
    for (const participant of participantsIn(message)) {
      if (participant.identity === 'alice') participant.identity = 'nobody';
    }
    return 'forward';
  };
  const [alice, bob] = [new Room(), new Room()];
  const metadata = new Promise<string>((resolve) => {
    alice.on(RoomEvent.ParticipantMetadataChanged, (_metadata, { metadata: text }) => resolve(text));
  });
  await bob.connect(livekit.url, await createJoinToken(livekit, 'lies', 'bob'), {
    autoSubscribe: true,
    dynacast: false,
  });
  await alice.connect(sfu.url, await createJoinToken(livekit, 'lies', 'alice'), {
    autoSubscribe: true,
    dynacast: false,
  });
  expect(alice.localParticipant?.identity).toBe('nobody');
  const news = lastNewsOf(sfu.last, 'bob');
  if (news === undefined) throw new Error('The server said nothing about bob.');
  news.metadata = 'invented';
  sfu.last.say(participantNews(news));
  expect(await metadata).toBe('invented');
  await Promise.all([alice.disconnect(), bob.disconnect()]);
});
