export type { DeviceVerification, VerificationOptions } from './device-verification.ts';
export { VERIFICATION_LIMIT_MS } from './device-verification.ts';
export * from './request-verification.ts';
export type { VerificationClient } from './verification-client.ts';
export type {
  DeviceVerificationState,
  ReceivedSecrets,
  VerificationEmoji,
  VerificationEnd,
} from './verification-machine.ts';
