export type { AuthorisedRequest, CrossSigningClient } from './cross-signing-client.ts';
export * from './ensure-cross-signing.ts';
export * from './recovery-key-holder.ts';
export * from './upload-authorisation.ts';
