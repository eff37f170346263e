import { expect, test } from 'vitest';
import type { MetricTable } from '../metrics/metric-table.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';

const TABLE = {
  things_total: { kind: 'counter', help: 'Things.', labels: { kind: ['good', 'bad'] } },
  things_open: { kind: 'gauge', help: 'Open things.', labels: {} },
  thing_seconds: { kind: 'histogram', help: 'How long.', labels: { kind: ['good', 'bad'] }, buckets: [0.1, 1] },
} as const satisfies MetricTable;

test('counts, sets and observes', async () => {
  const metrics = createPrometheusMetrics(TABLE);
  metrics.add('things_total', { kind: 'good' });
  metrics.add('things_total', { kind: 'good' }, 2);
  metrics.set('things_open', {}, 7);
  metrics.observe('thing_seconds', { kind: 'bad' }, 0.5);
  const { text, contentType } = await metrics.scrape();
  expect(contentType).toContain('text/plain; version=0.0.4');
  expect(text).toContain('things_total{kind="good"} 3');
  expect(text).toContain('things_open 7');
  expect(text).toContain('thing_seconds_bucket{le="0.1",kind="bad"} 0');
  expect(text).toContain('thing_seconds_bucket{le="1",kind="bad"} 1');
  expect(text).toContain('process_cpu_seconds_total');
  // As `promtool check metrics` asks: what ends in `_total` is a counter.
  for (const [, name = '', kind] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    expect(name.endsWith('_total'), name).toBe(kind === 'counter');
  }
});

test('a value that is not in its set is told as "other"', async () => {
  const metrics = createPrometheusMetrics(TABLE);
  // What a mistake elsewhere might do.
  const labels: { kind: 'good' } = JSON.parse('{"kind":"did:ixo:alice","who":"@alice:example.org"}');
  metrics.add('things_total', labels);
  const { text } = await metrics.scrape();
  expect(text).toContain('things_total{kind="other"} 1');
  expect(text).not.toContain('alice');
});

test('what is read before a scrape is in it, and a reader that fails keeps nobody from the rest', async () => {
  const metrics = createPrometheusMetrics(TABLE);
  metrics.onScrape(() => Promise.reject(new Error('away')));
  metrics.onScrape(() => Promise.resolve(metrics.set('things_open', {}, 3)));
  expect((await metrics.scrape()).text).toContain('things_open 3');
});

test('two registries do not share anything', async () => {
  const one = createPrometheusMetrics(TABLE);
  one.set('things_open', {}, 1);
  expect((await createPrometheusMetrics(TABLE).scrape()).text).not.toContain('things_open 1');
});
