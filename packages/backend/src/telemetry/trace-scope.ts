import { AsyncLocalStorage } from 'node:async_hooks';
import { codeOf } from '@oracle-calls/protocol';
import {
  createTraceContext,
  type BackendStep,
  type Span,
  type SpanEnd,
  type SpanName,
  type TraceContext,
  type Tracer,
} from '@oracle-calls/protocol/trace';
import type { BackendTelemetry } from './backend-telemetry.ts';

export interface TraceScopeOptions extends Pick<BackendTelemetry, 'tracer' | 'sample'> {
  readonly name: SpanName;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The trace that a client says this is part of, untrusted. */
  readonly claimed?: TraceContext | undefined;
}

/**
 * One piece of work and the trace it belongs to. A request may only find out on its way which call it is about, so its span begins, with
 * the right time, when the trace is first needed.
 */
export class TraceScope {
  readonly #options: TraceScopeOptions;
  #parent: TraceContext | undefined;
  #span: Span | undefined;

  constructor(options: TraceScopeOptions) {
    this.#options = options;
    const { claimed, sample } = options;
    this.#parent = claimed && { ...claimed, isSampled: sample(claimed.traceId) };
  }

  get tracer(): Tracer {
    return this.#options.tracer;
  }

  /** The id for the log, when it is known by now. */
  get traceId(): string | undefined {
    return (this.#span?.context ?? this.#parent)?.traceId;
  }

  /** What another process that works for the same call should take as its parent. */
  get callContext(): TraceContext {
    return this.#parent ?? this.context;
  }

  get context(): TraceContext {
    return (this.#span ??= this.#start()).context;
  }

  /** Takes the trace of a call, unless the request brought one. */
  adopt(context: TraceContext | undefined): void {
    if (this.#span === undefined) this.#parent ??= context;
  }

  end(end: SpanEnd): void {
    (this.#span ??= this.#start()).end(end);
  }

  #start(): Span {
    const { tracer, sample, name, startedAt: at } = this.#options;
    if (this.#parent !== undefined) return tracer.startSpan(name, { parent: this.#parent, at });
    const own = createTraceContext();
    return sample(own.traceId) ? tracer.startSpan(name, { at }) : { context: own, end: () => undefined };
  }
}

interface Current {
  readonly scope: TraceScope;
  readonly parent?: TraceContext | undefined;
}

const current = new AsyncLocalStorage<Current>();

/** Runs `work`, and what it sets off, as part of a scope. */
export function runInScope<T>(scope: TraceScope, work: () => T): T {
  return current.run({ scope }, work);
}

/** The scope of the request or event that this is done for. */
export const currentScope = (): TraceScope | undefined => current.getStore()?.scope;

/** Records a step of the current scope as a span. Outside of one, or when its trace is not sampled, it just runs. */
export async function inSpan<T>(name: BackendStep, work: () => Promise<T>): Promise<T> {
  const store = current.getStore();
  if (store === undefined) return work();
  const { scope, parent = scope.context } = store;
  if (!parent.isSampled) return work();
  const span = scope.tracer.startSpan(name, { parent });
  try {
    const result = await current.run({ scope, parent: span.context }, work);
    span.end();
    return result;
  } catch (error) {
    span.end({ attributes: { 'error.type': codeOf(error) } });
    throw error;
  }
}
