import { OracleCallError } from '@oracle-calls/protocol';
import { createOracleKeyPair, sealEnvelope } from '@oracle-calls/protocol/envelope';
import { createCallKey, didSchema, parseWith } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import { ARRIVAL_MS } from './call-job.ts';
import { startJob } from './call-job.fixture.ts';
import type { TrackEvidence } from './call-statistics.ts';
import type { JobScene, SceneOptions } from './call-job.fixture.ts';

const logHas = (scene: JobScene, text: string): boolean => scene.logged.some((line) => line.includes(text));

/** A job whose call is live: the user is there, hears us, and was greeted. */
async function liveJob(options?: SceneOptions): Promise<JobScene> {
  const scene = startJob(options);
  await scene.clock.settle();
  scene.seat.notice({ kind: 'user-here' });
  scene.seat.notice({ kind: 'voice-subscribed' });
  await scene.clock.settle();
  return scene;
}

async function over({ job, clock, seat }: JobScene): Promise<void> {
  await clock.settle();
  await job.done;
  expect(seat.did.at(-1)).toBe('left');
  expect(clock.pendingTimers).toBe(0);
}

describe('setting up a call', () => {
  it('sets one key per direction, for the user that the backend names', async () => {
    const { seat } = await liveJob();
    expect(seat.admitted?.identity).toBe('u-1');
    expect(seat.sendKeyHex).toMatch(/^[0-9a-f]{64}$/);
    // The job's own copies are wiped once they are set.
    expect(() => seat.admitted?.sendKey.expose()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });

  it('makes no sound before the user is there and receives it', async () => {
    const { seat, clock, talk } = startJob();
    await clock.settle();
    seat.notice({ kind: 'user-here' });
    await clock.settle();
    expect(seat.did).toEqual(['joined', 'admitted']);
    seat.notice({ kind: 'voice-subscribed' });
    await clock.settle();
    expect(seat.did).toEqual(['joined', 'admitted', 'sound']);
    expect(talk).toEqual(['starts in s-1 (en)']);
  });

  it('greets although the notice of a subscription is lost', async () => {
    const { seat, clock } = startJob();
    await clock.settle();
    seat.notice({ kind: 'user-here' });
    await clock.advance(1_500);
    expect(seat.did).toContain('sound');
  });

  it('stays out when the ticket is refused', async () => {
    const scene = startJob({ script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_CALL_TICKET')) });
    await over(scene);
    expect(logHas(scene, 'call not claimed; staying out {"code":"ERR_CALL_TICKET"}')).toBe(true);
    expect([scene.seat.admitted, scene.backend.reported]).toEqual([undefined, []]);
  });

  it.each(['ERR_AUTH_INVALID_AUTHENTICATION', 'ERR_CALL_ENDED', 'ERR_AUTH_FORBIDDEN'] as const)(
    'stays out when the key request is refused with %s',
    async (code) => {
      const scene = startJob({ script: ({ backend }) => (backend.refuseKey = new OracleCallError(code)) });
      await over(scene);
      expect(logHas(scene, `key request failed; staying out {"callId":"$event@lk-1","code":"${code}"`)).toBe(true);
      expect([scene.seat.admitted, scene.backend.reported]).toEqual([undefined, []]);
    },
  );

  it('waits for an event that Matrix has not delivered, but not for ever', async () => {
    const scene = startJob({
      script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND')),
    });
    await scene.clock.advance(3_000);
    scene.backend.refuseClaim = undefined;
    await scene.clock.advance(1_000);
    expect(scene.seat.admitted).toBeDefined();

    const other = startJob({
      script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND')),
    });
    await other.clock.advance(20_000);
    await over(other);
    expect(other.seat.admitted).toBeUndefined();
  });

  const strangersEnvelope = (): string =>
    sealEnvelope({ callKey: createCallKey(), recipientPublicKey: createOracleKeyPair().publicKey });

  it.each([
    ['is sealed to another key', { encryptionKey: strangersEnvelope() }, 'ERR_ENVELOPE_OPEN'],
    ['is no envelope', { encryptionKey: '04ab' }, 'ERR_ENVELOPE_MALFORMED'],
    ['is for another oracle', { oracleDid: parseWith(didSchema, 'did:example:other') }, 'ERR_ENVELOPE_OPEN'],
  ])('reports invalid-authentication when the key %s', async (_what, key, code) => {
    const scene = startJob({ script: ({ backend }) => (backend.key = { ...backend.key, ...key }) });
    await over(scene);
    expect(scene.backend.reported).toEqual(['invalid-authentication']);
    expect(logHas(scene, `the sealed key does not open {"callId":"$event@lk-1","code":"${code}"`)).toBe(true);
    expect(scene.seat.admitted).toBeUndefined();
  });

  it.each(['ERR_MEDIA_CONNECT', 'ERR_MEDIA_UNENCRYPTED'] as const)(
    'reports agent-failed when the seat fails with %s',
    async (code) => {
      const scene = startJob({
        script: ({ seat }) => {
          seat.joinFailure = new OracleCallError(code);
        },
      });
      await scene.clock.advance(10);
      await over(scene);
      expect(scene.backend.reported).toEqual(['agent-failed']);
      expect(logHas(scene, code)).toBe(true);
    },
  );

  it('gives up an SFU that does not answer', async () => {
    const scene = startJob({ script: ({ seat }) => void (seat.joining = new Promise(() => undefined)) });
    await scene.clock.advance(15_000);
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });
});

describe('a live call', () => {
  it('is left at once, without a report, when the user hangs up', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'user-gone', isDeliberate: true });
    await over(scene);
    expect(scene.backend.reported).toEqual([]);
    expect(scene.talk.at(-1)).toBe('closes');
  });

  it('is muted when the user vanishes, and ends as connection-lost after the grace', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'user-gone', isDeliberate: false });
    await scene.clock.advance(14_999);
    expect(scene.seat.did.at(-1)).toBe('muted');
    expect(scene.talk.at(-1)).toBe('falls silent');
    expect(scene.backend.reported).toEqual([]);
    await scene.clock.advance(1);
    await over(scene);
    expect(scene.backend.reported).toEqual(['connection-lost']);
  });

  it('goes on when the user is back in time', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'user-gone', isDeliberate: false });
    await scene.clock.advance(10_000);
    scene.seat.notice({ kind: 'user-here' });
    scene.seat.notice({ kind: 'user-audio', stream: new ReadableStream() });
    await scene.clock.advance(60_000);
    expect(scene.seat.did.at(-1)).toBe('unmuted');
    expect(scene.talk.at(-1)).toBe('hears');
    expect(scene.backend.reported).toEqual([]);
  });

  it('hears sound that came before the conversation was ready', async () => {
    const scene = startJob();
    await scene.clock.settle();
    scene.seat.notice({ kind: 'user-here' });
    scene.seat.notice({ kind: 'user-audio', stream: new ReadableStream() });
    await scene.clock.settle();
    expect(scene.talk).toEqual([]);
    scene.seat.notice({ kind: 'voice-subscribed' });
    await scene.clock.settle();
    expect(scene.talk).toEqual(['starts in s-1 (en)', 'hears']);
  });

  it('that the user never enters ends as connection-lost', async () => {
    const scene = startJob();
    await scene.clock.advance(ARRIVAL_MS);
    await over(scene);
    expect(scene.backend.reported).toEqual(['connection-lost']);
  });

  it('has a greatest length', async () => {
    const scene = await liveJob();
    await scene.clock.advance(3_600_000);
    await over(scene);
    expect(scene.backend.reported).toEqual(['completed']);
  });

  it('ends as agent-failed when the conversation breaks', async () => {
    const scene = await liveJob();
    scene.breakConversation();
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it('ends as agent-failed when the conversation cannot start', async () => {
    const scene = await liveJob({ conversationFailure: new Error('no models') });
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it('ends as agent-failed when its process is stopped', async () => {
    const scene = await liveJob();
    await scene.job.stop();
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it.each([
    ['deleted', true, []],
    ['lost', false, ['connection-lost']],
  ] as const)('ends when the room is %s', async (_what, isDeliberate, reported) => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'seat-lost', isDeliberate });
    await over(scene);
    expect(scene.backend.reported).toEqual(reported);
  });

  it('is over even when the backend does not take the report', async () => {
    const scene = await liveJob({
      script: ({ backend }) => (backend.refuseReport = new OracleCallError('ERR_CALL_ENDED')),
    });
    scene.breakConversation();
    await over(scene);
    expect(logHas(scene, 'the end could not be reported')).toBe(true);
  });

  it('logs a refused publication, with the reason and nobody’s name', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'refused', reason: 'not-encrypted' });
    expect(scene.logged).toContain('publication refused {"callId":"$event@lk-1","reason":"not-encrypted"}');
  });
});

describe('what a job logs', () => {
  const flowing: TrackEvidence = {
    trackSid: 'TR_1',
    direction: 'sent',
    kind: 'audio',
    isMarkedEncrypted: true,
    hasCryptor: true,
    isKeySet: true,
    isRoomEncrypted: true,
    packets: 5,
  };
  const statisticsOf = ({ logged }: JobScene): string[] => logged.filter((line) => line.startsWith('call statistics'));

  it('names the call in every line after the claim', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'user-gone', isDeliberate: true });
    await over(scene);
    expect(scene.logged.length).toBeGreaterThan(3);
    for (const line of scene.logged) expect(line).toContain('"callId":"$event@lk-1"');
  });

  it('says when the call was set up, from when', async () => {
    const scene = await liveJob();
    expect(logHas(scene, 'call set up {"callId":"$event@lk-1","startedAt":"2026-01-01T10:00:00.000Z"')).toBe(true);
  });

  it('states once what the tracks were, from samples taken before the room was gone', async () => {
    const scene = await liveJob();
    scene.seat.evidence = [flowing, { ...flowing, trackSid: 'TR_2', direction: 'received' }];
    await scene.clock.advance(2_000);
    scene.seat.evidence = undefined;
    scene.seat.notice({ kind: 'seat-lost', isDeliberate: true });
    await over(scene);
    expect(statisticsOf(scene)).toEqual([
      expect.stringContaining('call statistics {"callId":"$event@lk-1","encrypted":true,"tracks":[{"direction":"sent"'),
    ]);
  });

  it('does not call a call encrypted in which nothing flowed', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'user-gone', isDeliberate: true });
    await over(scene);
    expect(statisticsOf(scene)).toEqual(['call statistics {"callId":"$event@lk-1","encrypted":false,"tracks":[]}']);
  });

  it('does not wait long for the last sample', async () => {
    const scene = await liveJob();
    scene.seat.sampleEvidence = () => new Promise(() => undefined);
    scene.seat.notice({ kind: 'user-gone', isDeliberate: true });
    await scene.clock.advance(500);
    await over(scene);
    expect(statisticsOf(scene)).toHaveLength(1);
  });
});

describe('a conversation that is slow to start', () => {
  it('is given up when the user hangs up meanwhile, and nothing has failed', async () => {
    const scene = await liveJob({ conversationStart: (signal) => rejectedBy(signal) });
    scene.seat.notice({ kind: 'user-gone', isDeliberate: true });
    await over(scene);
    expect(scene.backend.reported).toEqual([]);
    expect(logHas(scene, 'the conversation failed')).toBe(false);
  });
});

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
