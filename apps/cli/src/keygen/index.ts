export {
  generateOracleFiles,
  type KeySet,
  ORACLE_FILE_NAMES,
  type OracleFiles,
  type OracleFilesOptions,
} from './generate-oracle-files.ts';
export * from './rotate-oracle-keys.ts';
