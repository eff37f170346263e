import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import type { Outcome } from '../check.ts';
import { SfuProbe } from '../livekit/sfu-probe.ts';
import { answering, depsWith, runCheck, startServer } from '../test-installation.fixture.ts';
import { mediaChecks } from './media.ts';
import { sfuChecks } from './sfu.ts';

const CREATE_ROOM = '/twirp/livekit.RoomService/CreateRoom';

/** What the checks say of a server that answers so, without a real SFU behind it. */
async function check(id: string, answers: Parameters<typeof answering>[0] | 'nobody'): Promise<Outcome> {
  const server = await startServer(answering(answers === 'nobody' ? {} : answers));
  if (answers === 'nobody') await server[Symbol.asyncDispose]();
  try {
    const clientUrl = server.url.replace('http', 'ws');
    const apiSecret = new BearerSecret('CANARY', 'SFU API secret');
    const sfu = { clientUrl, apiUrl: server.url, apiKey: 'key', apiSecret };
    await using sfuProbe = new SfuProbe(sfu, systemClock);
    const deps = { ...depsWith({ sfu, sfuClientUrl: clientUrl, agentName: 'oracle' }), sfuProbe };
    const outcome = await runCheck([...sfuChecks(deps), ...mediaChecks(deps)], id);
    expect(JSON.stringify(outcome)).not.toContain('CANARY');
    return outcome;
  } finally {
    if (answers !== 'nobody') await server[Symbol.asyncDispose]();
  }
}

const room = { [CREATE_ROOM]: [200, { name: 'x' }] } as const;

test.each([
  ['sfu.api', { [CREATE_ROOM]: [401, { msg: 'invalid' }] }, 'failed', 'sfu.apiSecretFile'],
  ['sfu.api', {}, 'failed', 'sfu.apiUrl'],
  ['sfu.api', 'nobody', 'failed', 'See that LiveKit runs'],
  ['sfu.client-url', { ...room, '/rtc': [401, {}] }, 'failed', 'the same server'],
  ['sfu.client-url', { ...room, '/rtc': [502, {}] }, 'failed', 'passes WebSockets'],
] as const)('%s with %j is %s', async (id, answers, status, mend) => {
  expect(await check(id, answers)).toMatchObject({ status, mend: expect.stringContaining(mend) as string });
});

test.each(['sfu.version', 'sfu.agent', 'media.connection', 'media.turn', 'media.stun'])(
  '%s is skipped when the SFU cannot be reached, which is told once',
  async (id) => {
    expect(await check(id, 'nobody')).toMatchObject({ status: 'skipped' });
  },
);

test('an API secret that cannot be read is told once', async () => {
  const deps = depsWith({ sfuProblem: 'The file cannot be read.', sfuClientUrl: 'ws://127.0.0.1:1' });
  const of = (id: string): Promise<Outcome> => runCheck(sfuChecks(deps), id);
  expect(await of('sfu.api')).toMatchObject({ status: 'failed', mend: expect.stringContaining('mode 0600') as string });
  expect(await of('sfu.agent')).toMatchObject({ status: 'skipped' });
});
