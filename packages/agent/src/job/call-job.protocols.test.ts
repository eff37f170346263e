import { OracleCallError } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { describe, expect, it } from 'vitest';
import { IDENTITY, startJob, USER } from './call-job.fixture.ts';
import type { SceneOptions } from './call-job.fixture.ts';
import { FLOWING, gone, HERE, liveJob, logHas, say } from './call-job.steps.fixture.ts';
import { sealOlderCall } from './signed-call.fixture.ts';

describe('data', () => {
  it('tells the user what is said and what the oracle does, through the link', async () => {
    const { link, started } = await liveJob();
    const segment = createPayloadId();
    started?.observer.activity('thinking');
    started?.observer.words({ speaker: 'oracle', segment, text: 'x'.repeat(3_000), isFinal: true });
    expect(link?.sent).toMatchObject([
      { kind: 'control', action: 'oracle-state', state: 'thinking' },
      { kind: 'caption', speaker: 'oracle', segment, text: 'x'.repeat(2_000), isFinal: true },
    ]);
  });

  it('takes what the user writes as a turn, and stops when asked to', async () => {
    const scene = await liveJob();
    const id = createPayloadId();
    scene.link?.options.events.payload({ id, kind: 'chat', text: 'Hello?', sentAt: 1 });
    say(scene, { kind: 'control', action: 'interrupt' });
    await scene.clock.settle();
    expect(scene.talk.slice(-2)).toEqual(['reads Hello?', 'is interrupted']);
    // That something was written may be logged, what was written may not.
    expect(logHas(scene, 'Hello?')).toBe(false);
  });

  it('knows when the user is muted, and believes no captions and states of the user', async () => {
    const scene = await liveJob();
    const { payload } = scene.link?.options.events ?? {};
    const id = createPayloadId();
    payload?.({ id, kind: 'control', action: 'muted', isMuted: true });
    payload?.({ id, kind: 'caption', speaker: 'oracle', segment: id, text: 'I agree.', isFinal: true });
    payload?.({ id, kind: 'control', action: 'oracle-state', state: 'speaking' });
    await scene.clock.settle();
    expect(logHas(scene, '"isMuted":true')).toBe(true);
    expect(scene.started?.context.isUserMuted).toBe(true);
    payload?.({ id: createPayloadId(), kind: 'control', action: 'muted', isMuted: false });
    expect(scene.started?.context.isUserMuted).toBe(false);
    expect([scene.talk, scene.link?.sent]).toEqual([['starts in s-1 (en)'], []]);
  });

  it('lets the oracle know the comparison code of the attempt under way, and logs none', async () => {
    const scene = await liveJob();
    expect(scene.started?.context.comparisonCode).toBe('1234567890');
    scene.link?.confirm(2, '0987654321');
    expect(scene.started?.context.comparisonCode).toBe('0987654321');
    expect(logHas(scene, '1234567890') || logHas(scene, '0987654321')).toBe(false);
  });
});

describe('a call of the older protocol, where it is allowed', () => {
  const older = (): SceneOptions => ({
    olderProtocol: 'allow',
    script: ({ backend }) => (backend.key = sealOlderCall(IDENTITY.olderPublicKey)),
  });

  it('takes the one seat of its protocol, and has neither handshake nor data', async () => {
    const scene = startJob(older());
    await scene.setUp();
    expect(scene.seat.did).toEqual(['older joined']);
    scene.olderSeat.notice(HERE);
    scene.olderSeat.notice({ kind: 'voice-subscribed' });
    await scene.clock.settle();
    expect(scene.seat.did.slice(1)).toEqual([`admitted ${USER}`, 'unmuted', 'sound']);
    expect(scene.olderSeat.keyHex).toMatch(/^[0-9a-f]{64}$/);
    expect(scene.link).toBeUndefined();
    scene.started?.observer.activity('thinking');
    expect(scene.started?.context.comparisonCode).toBeUndefined();
    scene.olderSeat.notice(gone(true));
    await scene.clock.settle();
    await scene.job.done;
    expect(scene.seat.did.at(-1)).toBe('older left');
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it('is never called encrypted', async () => {
    const scene = startJob(older());
    await scene.setUp();
    scene.olderSeat.evidence = [FLOWING, { ...FLOWING, trackSid: 'TR_2', direction: 'received' }];
    scene.olderSeat.notice(HERE);
    scene.olderSeat.notice(gone(true));
    await scene.clock.settle();
    await scene.job.done;
    expect(logHas(scene, 'call statistics {"callId":"$event@lk-1","encrypted":false,"protocol":"older"')).toBe(true);
  });

  it('is not the only kind of call there: a signed one speaks the strict protocol', async () => {
    const scene = await liveJob({ olderProtocol: 'allow' });
    expect(scene.seat.did.slice(0, 3)).toEqual(['joined', `offered 1 from a-1 to ${USER}`, `admitted ${USER}`]);
  });

  it('whose seat fails is reported as agent-failed', async () => {
    const scene = startJob(older());
    scene.olderSeat.joinFailure = new OracleCallError('ERR_MEDIA_CONNECT');
    await scene.job.done;
    expect(scene.backend.reported).toEqual(['agent-failed']);
    expect(scene.clock.pendingTimers).toBe(0);
  });
});
