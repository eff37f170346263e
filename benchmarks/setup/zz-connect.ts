import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { dispose } from '@livekit/rtc-node';
import { startLiveKit } from '../../dev/livekit/livekit.ts';
import { systemClock } from '@oracle-calls/protocol';
import { createSeat } from '../../packages/agent/src/job/sfu/livekit-seat.ts';
import { rehearse } from '../../packages/agent/src/job/rehearse.ts';
const stateDir = await mkdtemp(join(tmpdir(), 'oc-conn-'));
const lk = await startLiveKit({ stateDir });
process.env['NODE_ENV'] = 'production';
const { TrackSpeaker } = await import('../../packages/agent/src/job/sfu/track-speaker.ts');
const { LocalAudioTrack, AudioFrame } = await import('@livekit/rtc-node');
const { rehearseGuard } = await import('../../packages/agent/src/guard/index.ts');
{
  const speaker = new TrackSpeaker();
  const track = LocalAudioTrack.createAudioTrack('r', speaker.source);
  await speaker.play(new AudioFrame(new Int16Array(0), speaker.sampleRate, 1, 0));
  await track.close();
  await speaker.close();
  rehearseGuard();
}
if (process.argv[2]) {
  const m = await import(process.argv[2]);
  await m.go();
}
await systemClock.sleep(500);
for (let i = 0; i < 4; i++) {
  const at = new AccessToken(lk.apiKey, lk.apiSecret, { identity: `a-${i}xxxxxxxxxxxx` });
  at.kind = 'agent';
  at.addGrant({ roomJoin: true, room: `r${i}`, canPublish: true, canSubscribe: true, agent: true });
  const token = await at.toJwt();
  const cpu0 = process.cpuUsage();
  const t0 = performance.now();
  const seat = createSeat({ url: lk.url, token, clock: systemClock });
  const t: Record<string, number> = { made: Math.round(performance.now() - t0) };
  await seat.join({ onStage: (s) => (t[s] = Math.round(performance.now() - t0)), observe: () => {} });
  const cpu = process.cpuUsage(cpu0);
  console.log(i, JSON.stringify(t), `cpu ${Math.round((cpu.user + cpu.system) / 1000)} ms`);
  await seat.close();
  await systemClock.sleep(300);
}
await lk.close();
await rm(stateDir, { recursive: true, force: true });
await dispose();
process.exit(0);
