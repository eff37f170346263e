import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LabelsOf, MetricRow, Metrics, MetricTable, NamesOf } from '../metrics/metric-table.ts';

/** What a label says instead of a value that is not in its set. */
export const OTHER = 'other';

/** Gauges of `prom-client` that are named as counters are, which `promtool check metrics` does not accept. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export interface PrometheusMetrics<T extends MetricTable> extends Metrics<T> {
  /** Asked before each scrape, for what is read rather than counted. Should set gauges; a failure leaves them as they are. */
  onScrape(read: () => Promise<void>): void;
  /** The text format of Prometheus. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

type Instrument = Counter | Gauge | Histogram;

/** Keeps the metrics of a table, and the process's own, in a registry of its own. */
export function createPrometheusMetrics<const T extends MetricTable>(table: T): PrometheusMetrics<T> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const instruments = new Map(Object.entries(table).map(([name, row]) => [name, create(registry, name, row)]));
  const readers: (() => Promise<void>)[] = [];

  const labelsOf = (name: string, labels: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(table[name]?.labels ?? {}).map(([label, values]) => {
        const value = labels[label];
        return [label, value !== undefined && values.includes(value) ? value : OTHER];
      }),
    );

  return {
    add<N extends NamesOf<T, 'counter'>>(name: N, labels: LabelsOf<T[N]>, by = 1) {
      const counter = instruments.get(name);
      if (counter instanceof Counter) counter.inc(labelsOf(name, labels), by);
    },
    set<N extends NamesOf<T, 'gauge'>>(name: N, labels: LabelsOf<T[N]>, value: number) {
      const gauge = instruments.get(name);
      if (gauge instanceof Gauge) gauge.set(labelsOf(name, labels), value);
    },
    observe<N extends NamesOf<T, 'histogram'>>(name: N, labels: LabelsOf<T[N]>, seconds: number) {
      const histogram = instruments.get(name);
      if (histogram instanceof Histogram) histogram.observe(labelsOf(name, labels), seconds);
    },
    onScrape(read) {
      readers.push(read);
    },
    async scrape() {
      await Promise.allSettled(readers.map((read) => read()));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function create(registry: Registry, name: string, { kind, help, labels, buckets }: MetricRow): Instrument {
  const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (kind === 'histogram')
    return new Histogram({ ...options, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
  const instrument = kind === 'counter' ? new Counter(options) : new Gauge(options);
  return instrument;
}
