/** Names of the SDK's notices about the account's own keys. Apart from those that a call needs, so that a page does not carry them. */
export const CRYPTO_NOTICE = {
  backupStatus: 'crypto.keyBackupStatus',
  backupProgress: 'crypto.keyBackupSessionsRemaining',
  backupFailed: 'crypto.keyBackupFailed',
  backupKeyCached: 'crypto.keyBackupDecryptionKeyCached',
  verificationRequested: 'crypto.verificationRequestReceived',
} as const;
