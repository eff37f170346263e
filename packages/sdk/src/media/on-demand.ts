/** What neither joining nor sound waits for, as one chunk. */
export * from './network-sample.ts';
export * from './published-changes.ts';
export * from './track-statistics.ts';
export * from './undecryptable-watch.ts';
