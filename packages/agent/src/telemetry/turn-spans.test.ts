import {
  createTraceContext,
  type SpanEnd,
  type SpanName,
  type SpanStart,
  type Tracer,
} from '@oracle-calls/protocol/trace';
import { createPrometheusMetrics } from '@oracle-calls/telemetry/prometheus';
import { describe, expect, it } from 'vitest';
import type { TurnMeasures } from '../conversation/turn-measures.ts';
import { AGENT_METRICS } from './agent-metrics.ts';
import { JobTelemetry } from './job-telemetry.ts';
import type { Measure } from './measure.ts';
import { takeMeasure } from './measure.ts';
import { measuresOfTurn, traceTurn } from './turn-spans.ts';

const AT = 1_000_000;

const ANSWERED: TurnMeasures = {
  turn: 1,
  userStoppedAt: AT,
  recognisedAt: AT + 420,
  answerBegunAt: AT - 30,
  firstTokenAt: AT + 500,
  firstAudioAt: AT + 900,
  outcome: 'answered',
};
const INTERRUPTED: TurnMeasures = {
  ...ANSWERED,
  interruptedAt: AT + 3_000,
  silencedAt: AT + 3_150,
  outcome: 'interrupted',
};

interface Noted extends SpanStart, Pick<SpanEnd, 'attributes'> {
  readonly name: SpanName;
  readonly endedAt: number | undefined;
  readonly spanId: string;
}

function recorded(measures: TurnMeasures): readonly Noted[] {
  const spans: Noted[] = [];
  const tracer: Tracer = {
    startSpan(name, start = {}) {
      const context = createTraceContext();
      const { spanId } = context;
      return {
        context,
        end: ({ at: endedAt, attributes } = {}) => void spans.push({ name, ...start, endedAt, attributes, spanId }),
      };
    },
  };
  traceTurn(tracer, createTraceContext(), measures);
  return spans;
}

describe('the spans of a turn', () => {
  it("lie inside it, each from what it waited for; what was done ahead of the user's end takes no time", () => {
    const spans = recorded(ANSWERED);
    expect(spans.map(({ name, at, endedAt }) => [name, (at ?? 0) - AT, (endedAt ?? 0) - AT])).toEqual([
      ['turn.recognised', 0, 420],
      ['turn.answerBegun', 0, 0],
      ['turn.firstToken', 420, 500],
      ['turn.firstAudio', 500, 900],
      ['turn', 0, 900],
    ]);
    const whole = spans.at(-1);
    expect(whole?.attributes).toEqual({ 'oracle_calls.turn_outcome': 'answered' });
    expect(new Set(spans.slice(0, -1).map(({ parent }) => parent?.spanId))).toEqual(new Set([whole?.spanId]));
  });

  it('have the silence after an interruption, and end with it', () => {
    const spans = recorded(INTERRUPTED);
    const silenced = spans.find(({ name }) => name === 'turn.silenced');
    expect([silenced?.at, silenced?.endedAt]).toEqual([AT + 3_000, AT + 3_150]);
    expect(spans.at(-1)?.endedAt).toBe(AT + 3_150);
  });

  it('are one of no length where nothing was answered', () => {
    const spans = recorded({ turn: 2, userStoppedAt: AT, outcome: 'unanswered' });
    expect(spans.map(({ name, at, endedAt }) => [name, at, endedAt])).toEqual([['turn', AT, AT]]);
  });
});

it('a turn of which nobody knows where the speech ended has no spans, and is counted without stages', () => {
  const measures = { turn: 1, firstAudioAt: AT, silencedAt: AT + 10, outcome: 'interrupted' } as const;
  expect(recorded(measures)).toEqual([]);
  expect(measuresOfTurn(measures)).toEqual([{ kind: 'turn', outcome: 'interrupted' }]);
});

describe('what a worker counts of turns', () => {
  it('are outcomes, stages since the end of the speech, and how soon an interrupted oracle was silent', async () => {
    const metrics = createPrometheusMetrics(AGENT_METRICS);
    const tell = (measure: Measure): void => takeMeasure({ case: 'oracle-calls-measure', ...measure }, metrics);
    const telemetry = new JobTelemetry({ tell, startedAt: AT });
    telemetry.turn(ANSWERED);
    telemetry.turn(INTERRUPTED);
    // One that was only held says nothing about giving up.
    telemetry.turn({ ...INTERRUPTED, outcome: 'resumed' });
    const { text } = await metrics.scrape();
    for (const line of [
      'oracle_calls_agent_turns_total{outcome="answered"} 1',
      'oracle_calls_agent_turns_total{outcome="interrupted"} 1',
      'oracle_calls_agent_turns_total{outcome="resumed"} 1',
      'oracle_calls_agent_turn_stage_seconds_count{stage="firstAudio"} 3',
      'oracle_calls_agent_barge_in_seconds_count 1',
      'oracle_calls_agent_barge_in_seconds_sum 0.15',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toContain('oracle_calls_agent_turn_stage_seconds_sum{stage="answerBegun"} 0\n');
  });
});
