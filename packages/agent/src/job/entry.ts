import { defineAgent } from '@livekit/agents';
import type { JobContext, JobProcess, VAD } from '@livekit/agents';
import { createJsonLogger, OracleCallError, parseSfuRoomName, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Logger } from '@oracle-calls/protocol';
import { sayFailures } from '../brain/say-failures.ts';
import { startConversation } from '../conversation/conversation.ts';
import { startRealtimeConversation } from '../conversation/realtime/realtime-conversation.ts';
import { openVad } from '../conversation/engines.ts';
import { identityOf } from '@oracle-calls/node-media/guard';
import { agentDidResolver } from '../identity/did-resolver.ts';
import { readBearerFile } from '../identity/oracle-key.ts';
import { readOwnIdentity } from '../identity/own-identity.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import { openRemoteAvatar, openRemoteEngines } from '../speech-host/remote-engines.ts';
import { SpeechClient } from '../speech-host/speech-client.ts';
import { readSpeechSocket } from '../speech-host/speech-host.ts';
import { JobTelemetry } from '../telemetry/job-telemetry.ts';
import { openJobTraces, type JobTraces } from '../telemetry/job-traces.ts';
import { tellMeasure } from '../telemetry/measure.ts';
import { openTrustStore } from '../trust-store/trust-store.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import { createBackendClient } from './backend/backend-client.ts';
import { CallJob } from './call-job.ts';
import { collectGarbage } from './collect-garbage.ts';
import { CallLog } from './call-log.ts';
import { tellWorker } from './held-seat.ts';
import { checkDeclared } from './declared-hearing.ts';
import { readJobSettings } from './job-settings.ts';
import type { JobSettings } from './job-settings.ts';
import { JobTimeline } from './job-timeline.ts';
import { rehearse } from './rehearse.ts';
import { createOlderSeat, createSeat } from '@oracle-calls/node-media/seat';

/** What a process has ready when it is given a call. */
interface Prewarmed {
  readonly settings: JobSettings;
  readonly log: Logger;
  readonly apiKey: BearerSecret;
  readonly identity: OwnIdentity;
  readonly trust: TrustStore;
  /** Connected to the worker's speech host, which may still be loading. */
  readonly speech: SpeechClient;
  readonly vad: VAD;
  /** Where spans go, when they are asked for. */
  readonly traces: JobTraces | undefined;
}

const clock = systemClock;

/** The program of a job's process. The framework imports it by this file's path, once per process, one call each. */
export default defineAgent<Partial<Prewarmed>>({
  async prewarm(process_: JobProcess<Partial<Prewarmed>>) {
    const settings = readJobSettings(process.env);
    const log = createJsonLogger((line) => process.stdout.write(line), clock, {
      level: settings.logLevel,
      fields: { part: 'agent-job', pid: process_.pid },
    });
    const [apiKey, identity] = await Promise.all([
      readBearerFile(settings.apiKeyFile, 'agent API key'),
      readOwnIdentity(settings, settings.ownDocument, process.env),
    ]);
    const trust = openTrustStore(settings.trustStoreFile);
    const speech = new SpeechClient({
      socketPath: readSpeechSocket(process.env),
      clock,
      log,
      check: (host) => checkDeclared(settings.hearing, host.hearing),
    });
    speech.connect();
    await rehearse(identity.keys, agentDidResolver(settings));
    const vad = openVad();
    const traces = settings.telemetry && (await openJobTraces(settings.telemetry, clock));
    collectGarbage();
    log.info('job process waits', { readyMs: Math.round(performance.now()) });
    Object.assign(process_.userData, {
      settings,
      log,
      apiKey,
      identity,
      trust,
      speech,
      vad,
      traces,
    } satisfies Prewarmed);
  },

  async entry(ctx: JobContext<Partial<Prewarmed>>) {
    const startedAt = clock.now();
    const { settings, apiKey, identity, trust, speech, vad, traces, ...process_ } = prewarmed(ctx);
    const tell = settings.isMeasured === true ? tellMeasure : undefined;
    const telemetry = new JobTelemetry({ ...traces, tell, startedAt });
    const timeline = new JobTimeline(clock, (stage, at) => telemetry.reached(stage, at));
    const log = new CallLog(process_.log);
    const sfuRoomName = parseSfuRoomName(ctx.job.room?.name);
    log.info('job accepted', { sfuRoomName });
    const { url, token } = ctx.info;
    tellWorker({ sfuRoomName, identity: identityOf(token) });
    const job = new CallJob({
      ticket: ctx.job.metadata,
      sfuRoomName,
      identity,
      olderProtocol: settings.olderProtocol,
      trust,
      resolver: agentDidResolver(settings),
      backend: createBackendClient(settings.backendUrl, apiKey, fetch, clock, () => telemetry.traceparent),
      openSeat: () => createSeat({ url, token, clock }),
      openOlderSeat: () => createOlderSeat({ url, token, clock }),
      timeline,
      telemetry,
      clock,
      log,
      graceMs: settings.graceMs,
      maxCallMs: settings.maxCallMs,
      rekeyIntervalMs: settings.rekeyIntervalMs,
      openAvatar: (signal) => openRemoteAvatar(speech, signal),
      hearing: settings.hearing,
      memorySettings: async (signal) => (settings.hearing.remembers ? (await speech.ready(signal)).memory : undefined),
      startConversation: async (talk) => {
        const remote = await openRemoteEngines(speech, talk.signal, talk.context);
        void speech.refused.then(talk.onFailed);
        const { spoken: model, apology, turns } = remote;
        if (model !== undefined) return startRealtimeConversation({ ...talk, model, apology, log, clock });
        const brain = sayFailures(remote.brain, { apology, onGivenUp: talk.onFailed, log });
        const engines = { ...remote, brain, vad };
        return startConversation({ ...talk, engines, turns, log, clock });
      },
    });
    // The framework waits for this function before it runs shutdown callbacks, so the call itself goes on behind it.
    ctx.addShutdownCallback(async () => {
      await job.stop();
      await speech.close();
      trust[Symbol.dispose]();
      await traces?.close();
    });
    void job.done.then(() => ctx.shutdown('the call is over'));
  },
});

function prewarmed(ctx: JobContext<Partial<Prewarmed>>): Prewarmed {
  const { settings, log, apiKey, identity, trust, speech, vad, traces } = ctx.proc.userData;
  if (!settings || !log || !apiKey || !identity || !trust || !speech || !vad) {
    throw new OracleCallError('ERR_INTERNAL', 'The job process was not prepared.');
  }
  return { settings, log, apiKey, identity, trust, speech, vad, traces };
}
