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
import { JoinService } from './join/join-service.ts';
import { CallIntake } from './matrix-listener/call-intake.ts';
import { EditIntake } from './matrix-listener/edit-intake.ts';
import { EnvelopeCheck, type OlderProtocol } from './envelope-check/envelope-check.ts';
import { InviteDesk } from './matrix-listener/invite-desk.ts';
import { MatrixListener } from './matrix-listener/matrix-listener.ts';
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
  readonly oracleDid: Did;
  /** The SFU's WebSocket address, for clients. */
  readonly sfuUrl: string;
  /** Homeservers whose users may call: server name → base URL for checking OpenID tokens. */
  readonly allowedServers: Readonly<Record<string, string>>;
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
  /** Stays the caller's: close it after the backend. */
  readonly matrix: MatrixAccountPort;
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
  readonly calls: CallService;
  readonly store: Store;
  readonly agentDesk: AgentDesk;
  readonly standby: StandbyDesk;
  readonly webhooks: WebhookDesk;
  readonly readiness: Readiness;
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
  matrix,
  sfu,
  store,
  didResolver,
  clock = systemClock,
  logger: bareLogger = silentLogger,
  telemetry = silentTelemetry,
}: BackendDeps): Promise<Backend> {
  const { oracleDid, sfuUrl, maxCallMinutes = MAX_CALL_MINUTES_DEFAULT, olderProtocol = 'refuse' } = options;
  const retention = { ...RETENTION_DEFAULTS, ...options.retention };
  const { metrics } = telemetry;
  const traces = new CallTraces(telemetry, clock);
  const logger = tracedLogger(bareLogger, traces);
  const closer = new AbortController();
  const closing = closer.signal;
  const deadlines = new Deadlines(clock);
  const background = new BackgroundWork(logger);
  const allowedServers = new Set(Object.keys(options.allowedServers));

  const calls = new CallService({ store, clock, logger, closing });
  const answers = new AnswerOutbox({ matrix, store, logger, deadlines, background, closing });
  const rooms = new RoomKeeper({ sfu, store, clock, logger, deadlines, background });
  const fresh = new FreshEnvelopes(clock);
  const standby = new StandbyDesk({ sfu, rooms: store.sfuRooms, clock, logger, deadlines, background, closing });
  const replacement = new AgentReplacement({ sfu, store, logger, deadlines, background });
  const presence = new PresenceWatch({ sfu, store, calls, replacement, logger, deadlines, background });
  const expiry = new CallExpiry({ store, calls, clock, deadlines, background, maxCallMs: maxCallMinutes * 60_000 });
  const pruning = new Pruning({ store, clock, retention, logger, deadlines, background });
  for (const observer of [traces, answers, rooms, presence, replacement, expiry]) calls.observe(observer);

  const envelopes = new EnvelopeCheck({
    oracleDid,
    ownUserId: matrix.userId,
    olderProtocol,
    resolver: didResolver,
    clock,
    logger,
    closing,
  });
  const listener = new MatrixListener({
    matrix,
    invites: new InviteDesk({ matrix, allowedServers, logger, deadlines, background, closing }),
    callIntake: new CallIntake({ oracleDid, allowedServers, store, calls, envelopes, fresh, traces, clock }),
    editIntake: new EditIntake({ calls, logger }),
    store,
    logger,
    background,
    closing,
  });

  await answers.resume();
  await expiry.resume();
  pruning.start();
  background.run('oracle keys', () => envelopes.warm());
  listener.start();
  // The SFU and the homeserver may be slow or away: serving does not wait for them.
  background.run('resume edits', () => listener.resume());
  background.run('resume rooms', () => rooms.resume());
  background.run('resume presence', () => presence.resume());
  logger.info('backend open');

  const readiness = new Readiness({ store, matrix, sfu, clock, logger });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      listener[Symbol.dispose]();
      deadlines[Symbol.dispose]();
      fresh[Symbol.dispose]();
      closer.abort(new OracleCallError('ERR_UPSTREAM_BUSY', 'The backend is closing.'));
      await background.settled();
      logger.info('backend closed');
    })());

  return {
    authenticator: new Authenticator({ agentKeys: options.agentKeys, store, clock }),
    sessions: new SessionService({
      verifier: createOpenIdVerifier({ allowedServers: options.allowedServers, clock }),
      credentials: store.credentials,
      clock,
      logger,
    }),
    join: new JoinService({ oracleDid, sfuUrl, sfu, store, rooms, standby, traces, clock, logger }),
    calls,
    store,
    agentDesk: new AgentDesk({ matrix, store, calls, standby, fresh, traces, metrics, clock, logger }),
    standby,
    webhooks: new WebhookDesk({ sfu, notices: store.notices, presence, clock, logger }),
    readiness,
    readGauges: () => readGauges({ metrics, store, matrix, readiness, answers, clock }),
    settled: () => background.settled(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
