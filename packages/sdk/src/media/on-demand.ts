/** What no call needs to be set up, as one chunk. */
export * from './network-sample.ts';
export * from './published-changes.ts';
