/** One metric: what it is, what its labels may say. Every value of every label is known beforehand. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** Metrics by name. Names follow Prometheus: prefix, base unit, `_total` for counters. */
export type MetricTable = Readonly<Record<string, MetricRow>>;

export type NamesOf<T extends MetricTable, K extends MetricRow['kind']> = {
  [N in keyof T & string]: T[N]['kind'] extends K ? N : never;
}[keyof T & string];

export type LabelsOf<R extends MetricRow> = {
  readonly [L in keyof R['labels']]: R['labels'][L][number];
};

/** What takes measurements. Never waits and never throws. */
export interface Metrics<T extends MetricTable> {
  /** Counts one more, or so many. */
  add<N extends NamesOf<T, 'counter'>>(name: N, labels: LabelsOf<T[N]>, by?: number): void;
  set<N extends NamesOf<T, 'gauge'>>(name: N, labels: LabelsOf<T[N]>, value: number): void;
  /** Takes a duration in seconds. */
  observe<N extends NamesOf<T, 'histogram'>>(name: N, labels: LabelsOf<T[N]>, seconds: number): void;
}

const nothing = (): void => undefined;

/** Measures nothing. */
export const silentMetrics = { add: nothing, set: nothing, observe: nothing };

/** From a fraction of a round trip to the longest wait that a call allows, in seconds. */
export const CALL_BUCKETS_S = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20] as const;
/** Upper bounds of times in a conversation, in s: finest where people notice a difference. */
export const TURN_BUCKETS_S = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 5, 10] as const;
/** From a bare answer to the request deadline, in seconds. */
export const REQUEST_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20] as const;
