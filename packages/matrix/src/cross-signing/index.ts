export type { CrossSigningState } from './account-state.ts';
export type { AuthorisedRequest, CrossSigningClient } from './cross-signing-client.ts';
export * from './ensure-cross-signing.ts';
export type { KeyBackupState } from './key-backup.ts';
export { waitForKeyUpload, type KeyUpload, type KeyUploadClient, type KeyUploadOptions } from './key-upload.ts';
export * from './recovery-key-holder.ts';
export * from './upload-authorisation.ts';
