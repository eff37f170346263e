import { OracleCallError } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import { JobTelemetry } from '../telemetry/job-telemetry.ts';
import type { Measure } from '../telemetry/measure.ts';
import { USER } from './call-job.fixture.ts';
import { gone, liveJob, logHas, over, say } from './call-job.steps.fixture.ts';

function measuring() {
  const measures: Measure[] = [];
  return { measures, telemetry: new JobTelemetry({ tell: (measure) => void measures.push(measure), startedAt: 0 }) };
}

describe('what is measured of a call', () => {
  it('are its stages, what the media watch noticed, and its end', async () => {
    const { measures, telemetry } = measuring();
    const scene = await liveJob({ telemetry });
    const error = new OracleCallError('ERR_MEDIA_UNDECRYPTABLE');
    scene.seat.notice({ kind: 'undecryptable', participantIdentity: USER, error });
    scene.seat.notice({ kind: 'reconnecting' });
    scene.seat.notice({ kind: 'reconnected' });
    // What the user ends, the job need not report; here it is the job that gives up waiting.
    scene.seat.notice(gone(false));
    await scene.clock.advance(15_000);
    await over(scene);
    const stages = measures.flatMap((measure) => (measure.kind === 'stage' ? [measure.stage] : []));
    expect(stages).toEqual(
      expect.arrayContaining([
        'claimed',
        'keyFetched',
        'userResolved',
        'keyOpened',
        'handshakeBegun',
        'confirmed',
        'peerReady',
      ]),
    );
    const events = measures.flatMap((measure) => (measure.kind === 'media' ? [measure.event] : []));
    expect(events).toEqual(['undecryptable', 'reconnecting', 'reconnected']);
    expect(measures.filter(({ kind }) => kind === 'handshake')).toHaveLength(1);
    expect(measures.filter(({ kind }) => kind === 'ended')).toEqual([{ kind: 'ended', endReason: 'connection-lost' }]);
  });

  it('are its turns, which are in the log with their times and without their words', async () => {
    const { measures, telemetry } = measuring();
    const scene = await liveJob({ telemetry });
    const userStoppedAt = scene.clock.now();
    scene.started?.observer.turn({ turn: 1, userStoppedAt, firstAudioAt: userStoppedAt + 800, outcome: 'answered' });
    say(scene, { kind: 'control', action: 'hang-up' });
    await over(scene);
    expect(measures).toContainEqual({ kind: 'turn', outcome: 'answered' });
    expect(measures).toContainEqual({ kind: 'turn-stage', stage: 'firstAudio', ms: 800 });
    const at = new Date(userStoppedAt).toISOString();
    expect(logHas(scene, `turn over {`)).toBe(true);
    expect(logHas(scene, `"userStoppedAt":"${at}","turn":1,"outcome":"answered","firstAudioMs":800`)).toBe(true);
  });

  it("is in the log under the call's trace", async () => {
    const { telemetry } = measuring();
    const scene = await liveJob({ telemetry });
    say(scene, { kind: 'control', action: 'hang-up' });
    await over(scene);
    expect(logHas(scene, `"traceId":"${telemetry.traceId}"`)).toBe(true);
  });
});
