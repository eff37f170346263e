export type { LostIdentity } from './account-identity.ts';
export * from './durable-indexed-db.ts';
export * from './matrix-account.ts';
export {
  backUpStore,
  isStoreInUse,
  restoreStore,
  setStoreAside,
  type RestoredDevice,
  type StoreCopied,
  type StoreCopy,
  type StorePlace,
} from './store-backup.ts';
export { silenceGlobalSdkLogger } from './sdk-logger.ts';
