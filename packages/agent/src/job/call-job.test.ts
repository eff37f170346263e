import { OracleCallError } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import { ARRIVAL_MS, HANDSHAKE_PATIENCE_MS } from './call-job.ts';
import { IDENTITY, startJob, USER } from './call-job.fixture.ts';
import type { JobScene } from './call-job.fixture.ts';
import { audio, FLOWING, gone, HERE, liveJob, logHas, offeredJob, over, say } from './call-job.steps.fixture.ts';
import { PEER_READY_MAX_MS } from './link/strict-link.ts';
import { createIdentity, createSigner, sealCall, sealOlderCall } from './signed-call.fixture.ts';

describe('setting up a call', () => {
  it('offers as soon as the user is there, and says nothing before the keys are agreed and received', async () => {
    const { seat, link, clock, talk } = await offeredJob();
    expect(seat.did).toEqual(['joined', `offered 1 from a-1 to ${USER}`]);
    seat.notice({ kind: 'voice-subscribed' });
    link?.confirm(1);
    await clock.settle();
    expect(seat.did.slice(2)).toEqual([`admitted ${USER}`]);
    link?.options.events.peerReady();
    await clock.settle();
    expect(seat.did.slice(3)).toEqual(['unmuted', 'sound']);
    expect(talk).toEqual(['starts in s-1 (en)']);
  });

  it('gives the link exactly what the signed envelope says', async () => {
    const { link } = await offeredJob();
    expect(link?.options.handshake).toMatchObject({ callId: '$event@lk-1' });
    expect(link?.options.handshake.identitySigner.algorithm).toBe('Ed25519');
    expect(link?.options.handshake.contextHash).toHaveLength(32);
    // The job's own copy is wiped once the link has taken its own.
    expect(() => link?.options.handshake.callKey.expose()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });

  it('offers to a user who was there before the call was known', async () => {
    const scene = startJob();
    await scene.clock.settle();
    scene.seat.notice(HERE);
    await scene.setUp();
    expect(scene.seat.did).toContain(`offered 1 from a-1 to ${USER}`);
  });

  it('offers nothing to anybody else', async () => {
    const scene = startJob();
    await scene.setUp();
    scene.seat.notice({ kind: 'user-here', participantIdentity: 'somebody', participantKind: 'other' });
    await scene.clock.settle();
    expect(scene.seat.did).toEqual(['joined']);
  });

  it('greets although the user’s first frame and the notice of a subscription are lost', async () => {
    const { seat, link, clock } = await offeredJob();
    link?.confirm(1);
    await clock.advance(PEER_READY_MAX_MS);
    expect(seat.did).not.toContain('sound');
    await clock.advance(1_000);
    expect(seat.did).toContain('sound');
  });

  it('stays out when the ticket is refused', async () => {
    const scene = startJob({ script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_CALL_TICKET')) });
    await over(scene);
    expect(logHas(scene, 'call not claimed; staying out {"code":"ERR_CALL_TICKET"}')).toBe(true);
    expect(scene.backend.reported).toEqual([]);
  });

  it.each(['ERR_AUTH_INVALID_AUTHENTICATION', 'ERR_CALL_ENDED', 'ERR_AUTH_FORBIDDEN'] as const)(
    'stays out when the key request is refused with %s',
    async (code) => {
      const scene = startJob({ script: ({ backend }) => (backend.refuseKey = new OracleCallError(code)) });
      await over(scene);
      expect(logHas(scene, `key request failed; staying out {"callId":"$event@lk-1","code":"${code}"`)).toBe(true);
      expect(scene.backend.reported).toEqual([]);
    },
  );

  it('waits for an event that Matrix has not delivered, but not for ever', async () => {
    const scene = startJob({
      script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND')),
    });
    await scene.clock.advance(3_000);
    scene.backend.refuseClaim = undefined;
    await scene.clock.advance(1_000);
    await scene.setUp();
    expect(scene.link).toBeDefined();

    const other = startJob({
      script: ({ backend }) => (backend.refuseClaim = new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND')),
    });
    await other.clock.advance(20_000);
    await over(other);
    expect(other.link).toBeUndefined();
  });

  const strangers = createIdentity();
  const tooOld = { notBefore: 0, notAfter: 1 };
  it.each([
    ['is sealed to another key', sealCall({ oracle: strangers.keys, signer: createSigner() }), 'ERR_ENVELOPE_CONTEXT'],
    ['is over', sealCall({ oracle: IDENTITY.keys, signer: createSigner(), facts: tooOld }), 'ERR_ENVELOPE_EXPIRED'],
    ['is of the older protocol', sealOlderCall(IDENTITY.olderPublicKey), 'ERR_ENVELOPE_DOWNGRADE'],
  ])('reports invalid-authentication when the envelope %s', async (_what, sealed, code) => {
    const key = await sealed;
    const scene = startJob({ script: ({ backend }) => (backend.key = key) });
    await scene.setUp();
    await over(scene);
    expect(scene.backend.reported).toEqual(['invalid-authentication']);
    expect(logHas(scene, `the sealed key is refused {"callId":"$event@lk-1","code":"${code}"`)).toBe(true);
    expect(scene.link).toBeUndefined();
  });

  it.each(['ERR_KEY_CHANGED', 'ERR_KEY_ROTATION'] as const)(
    'reports invalid-authentication when the user’s key is not the known one (%s)',
    async (code) => {
      const scene = startJob({
        script: ({ trust }) => {
          trust.userKeys.judge = () => {
            throw new OracleCallError(code);
          };
        },
      });
      await scene.setUp();
      await over(scene);
      expect(scene.backend.reported).toEqual(['invalid-authentication']);
      expect(scene.link).toBeUndefined();
    },
  );

  it('reports invalid-authentication when the envelope was used for another call', async () => {
    const scene = startJob({
      script: ({ trust }) => {
        trust.usedContexts.use = () => {
          throw new OracleCallError('ERR_ENVELOPE_REPLAYED');
        };
      },
    });
    await scene.setUp();
    await over(scene);
    expect(scene.backend.reported).toEqual(['invalid-authentication']);
  });

  it('reports agent-failed, and says nothing against the user, when it could not find out who calls', async () => {
    const scene = startJob({
      script: ({ trust }) => {
        trust.userKeys.judge = () => {
          throw new OracleCallError('ERR_KEY_STORE');
        };
      },
    });
    await scene.setUp();
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it.each(['ERR_MEDIA_CONNECT', 'ERR_MEDIA_UNENCRYPTED'] as const)(
    'reports agent-failed when the seat fails with %s',
    async (code) => {
      const scene = startJob({
        script: ({ seat }) => {
          seat.joinFailure = new OracleCallError(code);
        },
      });
      await scene.setUp();
      await over(scene);
      expect(scene.backend.reported).toEqual(['agent-failed']);
      expect(logHas(scene, code)).toBe(true);
    },
  );

  it('gives up an SFU that does not answer', async () => {
    const scene = startJob({ script: ({ seat }) => void (seat.joining = new Promise(() => undefined)) });
    await scene.clock.advance(15_000);
    await scene.setUp();
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });
});

describe('the key exchange', () => {
  it('that nobody answers ends the call as agent-failed', async () => {
    const scene = await offeredJob();
    await scene.clock.advance(HANDSHAKE_PATIENCE_MS);
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
    expect(logHas(scene, '"code":"ERR_HANDSHAKE_TIMEOUT"')).toBe(true);
  });

  it.each(['ERR_HANDSHAKE_SIGNATURE', 'ERR_HANDSHAKE_COMMITMENT', 'ERR_HANDSHAKE_CONFIRMATION'] as const)(
    'that somebody else answers with the call key (%s) ends the call as invalid-authentication',
    async (code) => {
      const scene = await offeredJob();
      scene.link?.options.events.refused(new OracleCallError(code), USER);
      await scene.clock.advance(HANDSHAKE_PATIENCE_MS);
      await over(scene);
      expect(scene.backend.reported).toEqual(['invalid-authentication']);
      expect(logHas(scene, `frame refused {"callId":"$event@lk-1","code":"${code}","isFromUser":true}`)).toBe(true);
    },
  );

  it('that somebody without the call key disturbs says nothing against the user, and does not fill the log', async () => {
    const scene = await offeredJob();
    for (let i = 0; i < 500; i++) scene.link?.options.events.refused(new OracleCallError('ERR_HANDSHAKE_OPEN'), 'x');
    expect(scene.logged.filter((line) => line.startsWith('frame refused'))).toHaveLength(20);
    await scene.clock.advance(HANDSHAKE_PATIENCE_MS);
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it('that stalls is begun again under a number well above, within the same patience', async () => {
    const scene = await offeredJob();
    await scene.clock.advance(10_000);
    scene.link?.options.events.stalled();
    await scene.clock.settle();
    expect(scene.seat.did).toContain(`offered 17 from a-1 to ${USER}`);
    await scene.clock.advance(HANDSHAKE_PATIENCE_MS - 10_000);
    await over(scene);
  });

  it('that stalls in the middle of a call mutes the oracle until a new attempt is confirmed', async () => {
    const scene = await liveJob();
    scene.link?.options.events.stalled();
    await scene.clock.settle();
    expect(scene.seat.did.slice(-2)).toEqual(['muted', `offered 2 from a-1 to ${USER}`]);
    expect(scene.talk.at(-1)).toBe('is interrupted');
    scene.link?.confirm(2);
    scene.link?.options.events.peerReady();
    await scene.clock.settle();
    expect(scene.seat.did.at(-1)).toBe('unmuted');
    // The user did not have to be greeted again.
    expect(scene.seat.did.filter((what) => what === 'sound')).toHaveLength(1);
  });

  it('whose keys fail ends the call as agent-failed', async () => {
    const scene = await liveJob();
    scene.link?.options.events.failed(new OracleCallError('ERR_MEDIA_UNENCRYPTED'));
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
    expect(logHas(scene, 'the keys of the call failed')).toBe(true);
  });

  it('that has no number left ends the call', async () => {
    const scene = await offeredJob({
      script: ({ trust }) => {
        trust.attempts.next = () => {
          throw new OracleCallError('ERR_HANDSHAKE_CLOSED');
        };
      },
    });
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
  });

  it('gets every frame of the room, with who sent it', async () => {
    const { seat } = await offeredJob();
    seat.notice({ kind: 'frame', participantIdentity: USER, frame: new Uint8Array(1) });
    seat.notice({ kind: 'frame', participantIdentity: undefined, frame: new Uint8Array(1) });
    expect(seat.did.slice(-2)).toEqual([`frame of ${USER}`, 'frame of undefined']);
  });

  it('is renewed after the own connection was mended', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'reconnecting' });
    expect(scene.seat.did).not.toContain('rekeyed');
    scene.seat.notice({ kind: 'reconnected' });
    expect(scene.seat.did.at(-1)).toBe('rekeyed');
  });
});

describe('a live call', () => {
  it.each([
    ['hangs up', (scene: JobScene) => scene.seat.notice(gone(true))],
    ['says goodbye by data', (scene: JobScene) => say(scene, { kind: 'control', action: 'hang-up' })],
  ])('is left at once, without a report, when the user %s', async (_what, leave) => {
    const scene = await liveJob();
    leave(scene);
    await over(scene);
    expect(scene.backend.reported).toEqual([]);
    expect(scene.talk.at(-1)).toBe('closes');
  });

  it('is muted when the user vanishes, and ends as connection-lost after the grace', async () => {
    const scene = await liveJob();
    scene.seat.notice(gone(false));
    await scene.clock.advance(14_999);
    expect(scene.seat.did.at(-1)).toBe('muted');
    expect(scene.talk.at(-1)).toBe('falls silent');
    expect(scene.backend.reported).toEqual([]);
    await scene.clock.advance(1);
    await over(scene);
    expect(scene.backend.reported).toEqual(['connection-lost']);
  });

  it('goes on when the user is back in time, under keys that are agreed anew', async () => {
    const scene = await liveJob();
    scene.seat.notice(gone(false));
    await scene.clock.advance(10_000);
    scene.seat.notice(HERE);
    expect(scene.seat.did.at(-1)).toBe(`offered 2 from a-1 to ${USER}`);
    scene.link?.confirm(2);
    scene.link?.options.events.peerReady();
    scene.seat.notice(audio());
    await scene.clock.advance(60_000);
    expect(scene.seat.did.slice(-2)).toEqual([`admitted ${USER}`, 'unmuted']);
    expect(scene.talk.at(-1)).toBe('hears');
    expect(scene.backend.reported).toEqual([]);
  });

  it('does not mind others who come and go, and never hears them', async () => {
    const scene = await liveJob();
    const before = [...scene.seat.did];
    scene.seat.notice({ kind: 'user-here', participantIdentity: 'somebody', participantKind: 'other' });
    scene.seat.notice(audio('somebody'));
    scene.seat.notice({ kind: 'user-gone', participantIdentity: 'somebody', isDeliberate: true });
    await scene.clock.advance(20_000);
    expect(scene.seat.did).toEqual(before);
    expect(scene.talk).not.toContain('hears');
    expect(scene.isOver).toBe(false);
  });

  it('hears sound that came before the conversation was ready', async () => {
    const scene = await offeredJob();
    scene.link?.confirm(1);
    scene.link?.options.events.peerReady();
    scene.seat.notice(audio());
    await scene.clock.settle();
    expect(scene.talk).toEqual([]);
    scene.seat.notice({ kind: 'voice-subscribed' });
    await scene.clock.settle();
    expect(scene.talk).toEqual(['starts in s-1 (en)', 'hears']);
  });

  it('that the user never enters ends as connection-lost', async () => {
    const scene = startJob();
    await scene.setUp();
    await scene.clock.advance(ARRIVAL_MS);
    await over(scene);
    expect(scene.backend.reported).toEqual(['connection-lost']);
  });

  it('has a greatest length', async () => {
    const scene = await liveJob();
    await scene.clock.advance(3_600_000);
    await over(scene);
    expect(scene.backend.reported).toEqual(['completed']);
    expect(scene.link?.sent).toMatchObject([{ kind: 'control', action: 'hang-up' }]);
  });

  it('ends as agent-failed when the media server breaks a rule', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'broken', error: new OracleCallError('ERR_MEDIA_UNENCRYPTED') });
    await over(scene);
    expect(scene.backend.reported).toEqual(['agent-failed']);
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

  it('ends although the backend does not hear of it', async () => {
    const scene = await liveJob({
      script: ({ backend }) => (backend.refuseReport = new OracleCallError('ERR_UPSTREAM_BACKEND')),
    });
    scene.breakConversation();
    await over(scene);
    expect(logHas(scene, 'the end could not be reported')).toBe(true);
  });

  it('logs a refused publication, with the reason and nobody’s name', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'refused', participantIdentity: USER, reason: 'not-encrypted' });
    expect(scene.logged).toContain('publication refused {"callId":"$event@lk-1","reason":"not-encrypted"}');
  });
});

describe('what a job logs', () => {
  it('takes the user’s pictures for nothing wrong', async () => {
    const scene = await liveJob();
    scene.seat.notice({ kind: 'refused', participantIdentity: USER, reason: 'not-audio' });
    expect(scene.logged).toContain('the user shows something {"callId":"$event@lk-1"}');
    expect(scene.logged.filter((line) => line.startsWith('publication refused'))).toEqual([]);
  });

  const statisticsOf = ({ logged }: JobScene): string[] => logged.filter((line) => line.startsWith('call statistics'));

  it('names the call in every line after the claim', async () => {
    const scene = await liveJob();
    scene.seat.notice(gone(true));
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
    scene.seat.evidence = [FLOWING, { ...FLOWING, trackSid: 'TR_2', direction: 'received' }];
    await scene.clock.advance(2_000);
    scene.seat.evidence = undefined;
    scene.seat.notice({ kind: 'seat-lost', isDeliberate: true });
    await over(scene);
    expect(statisticsOf(scene)).toEqual([
      expect.stringContaining(
        'call statistics {"callId":"$event@lk-1","encrypted":true,"protocol":"strict","tracks":[',
      ),
    ]);
  });

  it('does not call a call encrypted whose handshake was never confirmed, whatever the tracks say', async () => {
    const scene = await offeredJob();
    scene.seat.evidence = [FLOWING, { ...FLOWING, trackSid: 'TR_2', direction: 'received' }];
    scene.seat.notice(gone(true));
    await over(scene);
    expect(statisticsOf(scene)).toEqual([expect.stringContaining('"encrypted":false')]);
  });

  it('does not call a call encrypted in which sound of the user did not open, and names the user', async () => {
    const scene = await liveJob();
    scene.seat.evidence = [FLOWING, { ...FLOWING, trackSid: 'TR_2', direction: 'received' }];
    const error = new OracleCallError('ERR_MEDIA_UNDECRYPTABLE');
    scene.seat.notice({ kind: 'undecryptable', participantIdentity: USER, error });
    scene.seat.notice(gone(true));
    await over(scene);
    expect(logHas(scene, `"code":"ERR_MEDIA_UNDECRYPTABLE","participantIdentity":"${USER}"`)).toBe(true);
    expect(statisticsOf(scene)).toEqual([expect.stringContaining('"encrypted":false')]);
  });

  it('does not call a call encrypted in which nothing flowed', async () => {
    const scene = await liveJob();
    scene.seat.notice(gone(true));
    await over(scene);
    expect(statisticsOf(scene)).toEqual([expect.stringContaining('"encrypted":false,"protocol":"strict","tracks":[]')]);
  });

  it('does not wait long for the last sample', async () => {
    const scene = await liveJob();
    scene.seat.sampleEvidence = () => new Promise(() => undefined);
    scene.seat.notice(gone(true));
    await scene.clock.advance(500);
    await over(scene);
    expect(statisticsOf(scene)).toHaveLength(1);
  });
});

describe('a conversation that is slow to start', () => {
  it('is given up when the user hangs up meanwhile, and nothing has failed', async () => {
    const scene = await liveJob({ conversationStart: (signal) => rejectedBy(signal) });
    scene.seat.notice(gone(true));
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
