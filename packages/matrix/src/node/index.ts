export * from './durable-indexed-db.ts';
export * from './matrix-account.ts';
