import { defineAgent } from '@livekit/agents';
import type { JobContext, JobProcess } from '@livekit/agents';
import { createJsonLogger, OracleCallError, parseSfuRoomName, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Logger, SecretBytes } from '@oracle-calls/protocol';
import { startConversation } from '../conversation/conversation.ts';
import { createBackendClient } from './backend/backend-client.ts';
import { CallJob } from './call-job.ts';
import { readJobSettings } from './job-settings.ts';
import type { JobSettings } from './job-settings.ts';
import { JobTimeline } from './job-timeline.ts';
import { readBearerFile, readOracleKey } from './oracle-key.ts';
import { rehearse } from './rehearse.ts';
import { LiveKitSeat } from './sfu/livekit-seat.ts';
import { WarmEngines } from './warm-engines.ts';

/** A call is set up in about a second; models are loaded after that, in ms. */
const WARM_UP_DELAY_MS = 4_000;

/** What a process has ready when it is given a call. */
interface Prewarmed {
  readonly settings: JobSettings;
  readonly log: Logger;
  readonly apiKey: BearerSecret;
  readonly oracleKey: SecretBytes;
  readonly engines: WarmEngines;
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
    await rehearse(oracleKey);
    const engines = new WarmEngines(settings.weightsDir, WARM_UP_DELAY_MS, clock, log);
    Object.assign(process_.userData, { settings, log, apiKey, oracleKey, engines } satisfies Prewarmed);
  },

  async entry(ctx: JobContext<Partial<Prewarmed>>) {
    const timeline = new JobTimeline(clock);
    const { settings, log, apiKey, oracleKey, engines } = prewarmed(ctx);
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
      startConversation: async (context, onFailed) => {
        const loaded = await engines.get();
        return startConversation({ engines: loaded, speaker: seat.speaker, context, log, clock, onFailed });
      },
    });
    // The framework waits for this function before it runs shutdown callbacks, so the call itself goes on behind it.
    ctx.addShutdownCallback(async () => {
      await job.stop();
      await engines.close();
    });
    void job.done.then(() => ctx.shutdown('the call is over'));
  },
});

function prewarmed(ctx: JobContext<Partial<Prewarmed>>): Prewarmed {
  const { settings, log, apiKey, oracleKey, engines } = ctx.proc.userData;
  if (!settings || !log || !apiKey || !oracleKey || !engines) {
    throw new OracleCallError('ERR_INTERNAL', 'The job process was not prepared.');
  }
  return { settings, log, apiKey, oracleKey, engines };
}
