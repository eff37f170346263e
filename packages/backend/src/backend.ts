import { OracleCallError, silentLogger, systemClock, type Clock, type Did, type Logger } from '@oracle-calls/protocol';
import type { Resolvable } from '@oracle-calls/protocol/did';
import type { MatrixAccountPort } from '@oracle-calls/matrix/port';
import { AgentDesk } from './agent-desk/agent-desk.ts';
import { FreshEnvelopes } from './agent-desk/fresh-envelopes.ts';
import { AnswerOutbox } from './answers/answer-outbox.ts';
import { Authenticator, type AgentKey } from './auth/authenticator.ts';
import { createOpenIdVerifier } from './auth/open-id-verifier.ts';
import { SessionService } from './auth/session-service.ts';
import { BackgroundWork } from './background/background-work.ts';
import { CallExpiry } from './calls/call-expiry.ts';
import { CallService } from './calls/call-service.ts';
import { Deadlines } from './deadlines/deadlines.ts';
import { Drain, type DrainOptions, type DrainOutcome } from './drain/drain.ts';
import { JoinService } from './join/join-service.ts';
import { RoomOfRequest } from './join/room-of-request.ts';
import { MemoryDesk } from './memories/memory-desk.ts';
import type { OlderProtocol } from './envelope-check/envelope-check.ts';
import { openOracleEars } from './oracles/oracle-ears.ts';
import { ServedOracles, type OracleOptions } from './oracles/served-oracles.ts';
import { RingOutbox } from './rings/ring-outbox.ts';
import { RingService } from './rings/ring-service.ts';
import { Readiness } from './readiness/readiness.ts';
import { AgentReplacement } from './sfu/agent-replacement.ts';
import { PresenceWatch } from './sfu/presence-watch.ts';
import { RoomKeeper } from './sfu/room-keeper.ts';
import type { SfuControl } from './sfu/sfu-control.ts';
import { WebhookDesk } from './sfu/webhook-desk.ts';
import { StandbyDesk } from './standby/standby-desk.ts';
import { Pruning, RETENTION_DEFAULTS, type RetentionOptions } from './store/pruning.ts';
import type { Store } from './store/store.ts';
import { silentTelemetry, type BackendTelemetry } from './telemetry/backend-telemetry.ts';
import { CallTraces } from './telemetry/call-traces.ts';
import { readGauges } from './telemetry/read-gauges.ts';
import { tracedLogger } from './telemetry/traced-logger.ts';

/** The longest a call may last when configuration does not say, in minutes. */
export const MAX_CALL_MINUTES_DEFAULT = 240;

export interface BackendOptions {
  /** The oracles that are served, at least one; each becomes callable with {@link Backend.openOracle}. */
  readonly oracles: readonly OracleOptions[];
  /** The SFU's WebSocket address, for clients. */
  readonly sfuUrl: string;
  /** Keys of the configuration; those that `ApiKeys` makes come on top. */
  readonly agentKeys: readonly AgentKey[];
  /** Bare ECIES envelopes are refused unless allowed by name. */
  readonly olderProtocol?: OlderProtocol | undefined;
  readonly maxCallMinutes?: number | undefined;
  /** {@link RETENTION_DEFAULTS} unless told. */
  readonly retention?: Partial<RetentionOptions> | undefined;
}

export interface BackendDeps {
  readonly options: BackendOptions;
  readonly sfu: SfuControl;
  /** Stays the caller's: close it after the backend. */
  readonly store: Store;
  /** Resolves users' and the oracle's DIDs; without one, signatures of envelopes are left to the agent. */
  readonly didResolver?: Resolvable | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** Silent unless told. */
  readonly telemetry?: BackendTelemetry | undefined;
}

/** A running backend: what the HTTP routes ask, and the work behind. */
export interface Backend extends AsyncDisposable {
  readonly authenticator: Authenticator;
  readonly sessions: SessionService;
  readonly join: JoinService;
  readonly roomOfRequest: RoomOfRequest;
  readonly calls: CallService;
  readonly rings: RingService;
  readonly store: Store;
  readonly agentDesk: AgentDesk;
  readonly memories: MemoryDesk;
  readonly standby: StandbyDesk;
  readonly webhooks: WebhookDesk;
  readonly readiness: Readiness;
  /**
   * Begins to follow an oracle's Matrix account, once: its calls are served from now on, and what is due to it is sent. The account stays
   * the caller's: close it after the backend.
   *
   * @throws {TypeError} when `options.oracles` does not have this DID, or it is open already
   */
  openOracle(did: Did, matrix: MatrixAccountPort): Promise<void>;
  /** Takes no new call and waits, within bounds, for those in progress; everything they need is served meanwhile. */
  drain(options: DrainOptions): Promise<DrainOutcome>;
  /** Sets the gauges of its metrics; for whoever is about to tell them. */
  readGauges(): Promise<void>;
  /** Resolves when no work is left that nobody waits for: answers, room deletions, Matrix events. */
  settled(): Promise<void>;
  /** Lets go of waiting requests, stops timers and waits for work under way. Idempotent. */
  close(): Promise<void>;
}

/** Puts the backend together and takes up what an earlier life of the process left: nothing is lost by a restart. */
export async function openBackend({
  options,
  sfu,
  store,
  didResolver,
  clock = systemClock,
  logger: bareLogger = silentLogger,
  telemetry = silentTelemetry,
}: BackendDeps): Promise<Backend> {
  const { sfuUrl, maxCallMinutes = MAX_CALL_MINUTES_DEFAULT, olderProtocol = 'refuse' } = options;
  const oracles = new ServedOracles(options.oracles);
  const retention = { ...RETENTION_DEFAULTS, ...options.retention };
  const { metrics } = telemetry;
  const traces = new CallTraces(telemetry, clock);
  const logger = tracedLogger(bareLogger, traces);
  const closer = new AbortController();
  const closing = closer.signal;
  const deadlines = new Deadlines(clock);
  const background = new BackgroundWork(logger);
  const settled = (): Promise<void> => background.settled();
  const drain = new Drain({ store, clock, logger, settled });

  const calls = new CallService({ store, clock, logger, closing });
  const answers = new AnswerOutbox({ oracles, store, logger, deadlines, background, closing });
  const ringOutbox = new RingOutbox({ oracles, store, logger, deadlines, background, closing });
  const rings = new RingService({
    ...{ oracles, drain, store, clock, logger, deadlines, background, closing },
    outbox: ringOutbox,
  });
  const rooms = new RoomKeeper({ sfu, store, clock, logger, deadlines, background });
  const fresh = new FreshEnvelopes(clock);
  const { sfuRooms } = store;
  const standby = new StandbyDesk({ sfu, rooms: sfuRooms, drain, clock, logger, deadlines, background, closing });
  const replacement = new AgentReplacement({ oracles, sfu, store, logger, deadlines, background });
  const presence = new PresenceWatch({ sfu, store, calls, replacement, logger, deadlines, background });
  const expiry = new CallExpiry({ store, calls, clock, deadlines, background, maxCallMs: maxCallMinutes * 60_000 });
  const pruning = new Pruning({ store, clock, retention, logger, deadlines, background });
  for (const observer of [traces, answers, rooms, presence, replacement, expiry]) calls.observe(observer);

  await expiry.resume();
  pruning.start();
  // The SFU may be slow or away: serving does not wait for it.
  background.run('resume rooms', () => rooms.resume());
  background.run('resume presence', () => presence.resume());
  logger.info('backend open');

  const ears = new DisposableStack();
  const openOracle = async (did: Did, matrix: MatrixAccountPort): Promise<void> => {
    const oracle = oracles.setAccount(did, matrix);
    const parts = { store, calls, rings, fresh, traces, olderProtocol, clock, logger, deadlines, background, closing };
    await answers.resume(did);
    ears.use(openOracleEars({ oracle, matrix, resolver: didResolver, ...parts }));
    logger.info('oracle open', { oracleDid: did });
  };

  const memories = new MemoryDesk({ store, metrics, clock, logger });
  const readiness = new Readiness({ store, oracles, drain, sfu, clock, logger });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      ears.dispose();
      deadlines[Symbol.dispose]();
      fresh[Symbol.dispose]();
      closer.abort(new OracleCallError('ERR_UPSTREAM_BUSY', 'The backend is closing.'));
      await background.settled();
      logger.info('backend closed');
    })());

  const allowedServers = Object.fromEntries(options.oracles.flatMap((oracle) => Object.entries(oracle.allowedServers)));
  return {
    authenticator: new Authenticator({ agentKeys: options.agentKeys, store, clock }),
    sessions: new SessionService({
      verifier: createOpenIdVerifier({ allowedServers, clock }),
      credentials: store.credentials,
      clock,
      logger,
    }),
    join: new JoinService({ oracles, drain, sfuUrl, sfu, store, rooms, standby, traces, clock, logger }),
    roomOfRequest: new RoomOfRequest({ oracles, store, calls }),
    calls,
    rings,
    store,
    agentDesk: new AgentDesk({ oracles, store, calls, memories, standby, fresh, traces, metrics, clock, logger }),
    memories,
    standby,
    webhooks: new WebhookDesk({ sfu, notices: store.notices, presence, clock, logger }),
    readiness,
    openOracle,
    drain: (how) => drain.run(how),
    readGauges: () => readGauges({ metrics, store, oracles, drain, readiness, clock }),
    settled,
    close,
    [Symbol.asyncDispose]: close,
  };
}
