export type { LostIdentity } from './account-identity.ts';
export * from './durable-indexed-db.ts';
export * from './matrix-account.ts';
export { silenceGlobalSdkLogger } from './sdk-logger.ts';
