import { defineAgent } from '@livekit/agents';
import type { JobContext, JobProcess, VAD } from '@livekit/agents';
import { createJsonLogger, OracleCallError, parseSfuRoomName, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Logger, SecretBytes } from '@oracle-calls/protocol';
import { startConversation } from '../conversation/conversation.ts';
import { openVad } from '../conversation/engines.ts';
import { openRemoteEngines } from '../speech-host/remote-engines.ts';
import { SpeechClient } from '../speech-host/speech-client.ts';
import { readSpeechSocket } from '../speech-host/speech-host.ts';
import { createBackendClient } from './backend/backend-client.ts';
import { CallJob } from './call-job.ts';
import { CallLog } from './call-log.ts';
import { readJobSettings } from './job-settings.ts';
import type { JobSettings } from './job-settings.ts';
import { JobTimeline } from './job-timeline.ts';
import { readBearerFile, readOracleKey } from './oracle-key.ts';
import { rehearse } from './rehearse.ts';
import { LiveKitSeat } from './sfu/livekit-seat.ts';

/** What a process has ready when it is given a call. */
interface Prewarmed {
  readonly settings: JobSettings;
  readonly log: Logger;
  readonly apiKey: BearerSecret;
  readonly oracleKey: SecretBytes;
  /** Connected to the worker's speech host, which may still be loading. */
  readonly speech: SpeechClient;
  readonly vad: VAD;
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
    const [apiKey, oracleKey] = await Promise.all([
      readBearerFile(settings.apiKeyFile, 'agent API key'),
      readOracleKey(settings, process.env),
    ]);
    const speech = new SpeechClient({ socketPath: readSpeechSocket(process.env), clock, log });
    speech.connect();
    await rehearse(oracleKey);
    const vad = openVad();
    log.info('job process waits', { readyMs: Math.round(performance.now()) });
    Object.assign(process_.userData, { settings, log, apiKey, oracleKey, speech, vad } satisfies Prewarmed);
  },

  async entry(ctx: JobContext<Partial<Prewarmed>>) {
    const timeline = new JobTimeline(clock);
    const { settings, apiKey, oracleKey, speech, vad, ...process_ } = prewarmed(ctx);
    const log = new CallLog(process_.log);
    const sfuRoomName = parseSfuRoomName(ctx.job.room?.name);
    log.info('job accepted', { sfuRoomName });
    const seat = new LiveKitSeat(ctx.info.url, ctx.info.token);
    const job = new CallJob({
      ticket: ctx.job.metadata,
      sfuRoomName,
      oracleDid: settings.oracleDid,
      oracleKey,
      backend: createBackendClient(settings.backendUrl, apiKey),
      seat,
      timeline,
      clock,
      log,
      graceMs: settings.graceMs,
      maxCallMs: settings.maxCallMs,
      startConversation: async (context, onFailed, signal) => {
        const engines = { ...(await openRemoteEngines(speech, signal)), vad };
        return startConversation({ engines, speaker: seat.speaker, context, log, clock, onFailed });
      },
    });
    // The framework waits for this function before it runs shutdown callbacks, so the call itself goes on behind it.
    ctx.addShutdownCallback(async () => {
      await job.stop();
      await speech.close();
    });
    void job.done.then(() => ctx.shutdown('the call is over'));
  },
});

function prewarmed(ctx: JobContext<Partial<Prewarmed>>): Prewarmed {
  const { settings, log, apiKey, oracleKey, speech, vad } = ctx.proc.userData;
  if (!settings || !log || !apiKey || !oracleKey || !speech || !vad) {
    throw new OracleCallError('ERR_INTERNAL', 'The job process was not prepared.');
  }
  return { settings, log, apiKey, oracleKey, speech, vad };
}
