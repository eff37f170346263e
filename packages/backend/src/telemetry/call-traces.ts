import { callIdParts, codeOf, type CallId, type Clock, type ErrorCode, type SfuRoomName } from '@oracle-calls/protocol';
import type { TraceContext } from '@oracle-calls/protocol/trace';
import type { Call } from '../calls/call.ts';
import type { CallObserver, EndedBy } from '../calls/call-service.ts';
import type { SetupStage } from './backend-metrics.ts';
import type { BackendTelemetry } from './backend-telemetry.ts';
import { currentScope, runInScope, TraceScope } from './trace-scope.ts';

/** Calls that are remembered at once; more than a backend holds. The oldest goes first. */
const REMEMBERED_MAX = 4_096;

interface Remembered {
  readonly askedAt: number;
  /** The caller's trace, with our own decision about recording it. */
  readonly context: TraceContext;
  readonly stages: Set<SetupStage>;
}

/**
 * Which call belongs to which trace, and how long its start has taken. In memory only: it is in no database, no Matrix event and no metadata of the SFU, and
 * a restart forgets it.
 */
export class CallTraces implements CallObserver {
  readonly #telemetry: BackendTelemetry;
  readonly #clock: Clock;
  readonly #calls = new Map<SfuRoomName, Remembered>();

  constructor(telemetry: BackendTelemetry, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** A join token was asked for: the call's start, and where its trace comes from. The first request counts. */
  begin(sfuRoomName: SfuRoomName): void {
    const scope = currentScope();
    if (scope === undefined || this.#calls.has(sfuRoomName)) return;
    this.#calls.set(sfuRoomName, { askedAt: this.#clock.now(), context: scope.callContext, stages: new Set() });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > REMEMBERED_MAX && oldest !== undefined) this.#calls.delete(oldest);
  }

  of(sfuRoomName: SfuRoomName): TraceContext | undefined {
    return this.#calls.get(sfuRoomName)?.context;
  }

  ofCall(callId: CallId): TraceContext | undefined {
    return this.of(callIdParts(callId).sfuRoomName);
  }

  /** Gives the request that is being served the trace of its call, unless it brought one. */
  adopt(sfuRoomName: SfuRoomName): void {
    currentScope()?.adopt(this.of(sfuRoomName));
  }

  /** Works on a call event as part of the call's trace, where that is known. */
  async follow<T>(sfuRoomName: SfuRoomName, work: () => Promise<T>): Promise<T> {
    const context = this.of(sfuRoomName);
    if (context === undefined) return work();
    const { tracer, sample } = this.#telemetry;
    const scope = new TraceScope({ tracer, sample, name: 'envelope.check', startedAt: this.#clock.now() });
    scope.adopt(context);
    let code: string | undefined;
    try {
      return await runInScope(scope, work);
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      scope.end({ attributes: { 'error.type': code } });
    }
  }

  /** Measures a stage of the set-up, the first time that it is reached. */
  reached(sfuRoomName: SfuRoomName, stage: SetupStage): void {
    const call = this.#calls.get(sfuRoomName);
    if (call === undefined || call.stages.has(stage)) return;
    call.stages.add(stage);
    const seconds = (this.#clock.now() - call.askedAt) / 1_000;
    this.#telemetry.metrics.observe('oracle_calls_setup_stage_seconds', { stage }, seconds);
  }

  onAccepted({ callType, sfuRoomName }: Call): void {
    this.#telemetry.metrics.add('oracle_calls_accepted_total', { call_type: callType });
    this.reached(sfuRoomName, 'eventAccepted');
  }

  onActive({ sfuRoomName }: Call): void {
    this.reached(sfuRoomName, 'active');
  }

  onRefused(code: ErrorCode): void {
    this.#telemetry.metrics.add('oracle_calls_events_refused_total', { code });
  }

  onEnded({ endReason }: Call, by: EndedBy): void {
    if (endReason === undefined) return;
    this.#telemetry.metrics.add('oracle_calls_ended_total', { end_reason: endReason, ended_by: by });
  }
}
