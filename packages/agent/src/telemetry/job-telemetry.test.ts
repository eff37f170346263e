import { silentLogger } from '@oracle-calls/protocol';
import {
  createTraceContext,
  formatTraceparent,
  parseTraceparent,
  type SpanName,
  type SpanStart,
  type Tracer,
} from '@oracle-calls/protocol/trace';
import { FakeClock } from '@oracle-calls/testing/clock';
import { createPrometheusMetrics } from '@oracle-calls/telemetry/prometheus';
import { describe, expect, it } from 'vitest';
import { JobTimeline } from '../job/job-timeline.ts';
import { AGENT_METRICS } from './agent-metrics.ts';
import { JobTelemetry, type JobTelemetryOptions } from './job-telemetry.ts';
import { takeMeasure, type Measure } from './measure.ts';

interface Noted extends SpanStart {
  readonly name: SpanName;
  readonly endedAt: number | undefined;
}

function scene(options: Partial<JobTelemetryOptions> = {}) {
  const clock = new FakeClock();
  const startedAt = clock.now();
  const spans: Noted[] = [];
  const measures: Measure[] = [];
  const tracer: Tracer = {
    startSpan(name, { parent, at } = {}) {
      const context = {
        ...createTraceContext(),
        traceId: parent?.traceId ?? createTraceContext().traceId,
        isSampled: true,
      };
      if (parent?.isSampled === false) return { context: parent, end: () => undefined };
      return { context, end: (end) => void spans.push({ name, parent, at, endedAt: end?.at }) };
    },
  };
  const telemetry = new JobTelemetry({ tracer, tell: (measure) => void measures.push(measure), startedAt, ...options });
  const timeline = new JobTimeline(clock, (stage, at) => telemetry.reached(stage, at));
  return { clock, startedAt, spans, measures, telemetry, timeline };
}

const sampled = formatTraceparent({ ...createTraceContext(), isSampled: true });
const unsampled = formatTraceparent(createTraceContext());

describe('the trace of a job', () => {
  it("is the call's, and holds also what happened before the claim was answered", async () => {
    const { clock, startedAt, spans, telemetry, timeline } = scene();
    await clock.advance(100);
    timeline.mark('connected');
    expect(telemetry.traceparent).toBeUndefined();
    telemetry.follow(sampled);
    timeline.mark('claimed');
    await clock.advance(50);
    timeline.mark('keyFetched');
    timeline.mark('keyFetched');
    telemetry.ended('hangup');
    const { traceId } = parseTraceparent(sampled) ?? {};
    expect(telemetry.traceId).toBe(traceId);
    expect(spans.map(({ name, at, endedAt }) => [name, at, endedAt])).toEqual([
      ['connected', startedAt, startedAt + 100],
      ['claimed', startedAt, startedAt + 100],
      ['keyFetched', startedAt + 100, startedAt + 150],
      ['job', startedAt, undefined],
    ]);
    expect(spans.at(-1)?.parent?.spanId).toBe(parseTraceparent(sampled)?.spanId);
    expect(parseTraceparent(telemetry.traceparent)?.traceId).toBe(traceId);
    expect(spans[0]?.parent?.spanId).toBe(parseTraceparent(telemetry.traceparent)?.spanId);
  });

  it('is recorded as the backend decided, unless the agent has its own share', () => {
    const recorded = (traceparent: string | undefined, sample?: (traceId: string) => boolean): boolean => {
      const { telemetry, spans } = scene({ sample });
      telemetry.follow(traceparent);
      telemetry.ended('hangup');
      return spans.length > 0;
    };
    expect([recorded(sampled), recorded(unsampled), recorded(undefined)]).toEqual([true, false, false]);
    expect([recorded(sampled, () => false), recorded(unsampled, () => true)]).toEqual([false, true]);
    expect(recorded(undefined, () => true)).toBe(true);
  });

  it('has an id for the log even where the backend told none', () => {
    const { telemetry } = scene();
    telemetry.follow(undefined);
    expect(telemetry.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is told to nobody when a traceparent is none', () => {
    const { telemetry } = scene();
    telemetry.follow('nonsense');
    expect(telemetry.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('what a job measures', () => {
  it('are stages, the handshake, media events and the end, without anything of the call', async () => {
    const { clock, measures, telemetry, timeline } = scene();
    telemetry.follow(sampled);
    await clock.advance(200);
    timeline.mark('handshakeBegun');
    await clock.advance(40);
    timeline.mark('confirmed');
    telemetry.noticed('undecryptable');
    telemetry.ended('hangup');
    telemetry.ended(undefined);
    telemetry.ended('agent-failed');
    expect(measures).toEqual([
      { kind: 'stage', stage: 'handshakeBegun', ms: 200 },
      { kind: 'stage', stage: 'confirmed', ms: 240 },
      { kind: 'handshake', ms: 40 },
      { kind: 'media', event: 'undecryptable' },
      { kind: 'ended', endReason: 'hangup' },
    ]);
  });

  it('is counted by the worker, and messages that are no measures are not', async () => {
    const metrics = createPrometheusMetrics(AGENT_METRICS);
    const tell = (message: unknown): void => takeMeasure(message, metrics);
    const base = { case: 'oracle-calls-measure' };
    tell({ ...base, kind: 'stage', stage: 'confirmed', ms: 240 });
    tell({ ...base, kind: 'handshake', ms: 40 });
    tell({ ...base, kind: 'media', event: 'undecryptable' });
    tell({ ...base, kind: 'ended', endReason: 'hangup' });
    const canary = 'did:ixo:canary';
    for (const wrong of [
      undefined,
      'text',
      { ...base, kind: 'stage', stage: canary, ms: 1 },
      { ...base, kind: 'stage', stage: 'confirmed', ms: -1 },
      { ...base, kind: 'stage', stage: 'confirmed', ms: Number.NaN },
      { ...base, kind: 'ended', endReason: canary },
      { ...base, kind: 'media', event: canary },
      { ...base, kind: canary },
      { case: 'other', kind: 'media', event: 'undecryptable' },
    ]) {
      tell(wrong);
    }
    const { text } = await metrics.scrape();
    expect(text).toContain('oracle_calls_agent_stage_seconds_count{stage="confirmed"} 1\n');
    expect(text).toContain('oracle_calls_agent_handshake_seconds_sum 0.04\n');
    expect(text).toContain('oracle_calls_agent_media_events_total{event="undecryptable"} 1\n');
    expect(text).toContain('oracle_calls_agent_calls_ended_total{end_reason="hangup"} 1\n');
    expect(text).not.toContain('canary');
  });

  it('is nothing where nobody asks', () => {
    const { telemetry, timeline, measures } = scene({ tell: undefined, tracer: undefined });
    timeline.mark('connected');
    telemetry.follow(sampled);
    telemetry.noticed('broken');
    telemetry.ended('hangup');
    timeline.log(silentLogger);
    expect(measures).toEqual([]);
  });

  it('has names and units of Prometheus', () => {
    for (const [name, { kind }] of Object.entries(AGENT_METRICS)) {
      expect(name).toMatch(/^oracle_calls_agent_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});
