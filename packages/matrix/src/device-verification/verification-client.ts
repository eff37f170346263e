/**
 * The part of `matrix-js-sdk` 43 that verifying a device uses, as structure. Phases are numbers because the SDK's enum exists at run time only inside
 * it; the types pin the values.
 */
import type { VerificationPhase } from 'matrix-js-sdk/lib/crypto-api/verification.js';
import type { CrossSigningClient, CrossSigningCrypto } from '../cross-signing/cross-signing-client.ts';

export const READY: VerificationPhase.Ready = 3;
export const STARTED: VerificationPhase.Started = 4;
export const CANCELLED: VerificationPhase.Cancelled = 5;
export const DONE: VerificationPhase.Done = 6;

export const SAS_METHOD = 'm.sas.v1';

export interface SdkSas {
  readonly sas: { readonly emoji?: readonly (readonly [symbol: string, name: string])[] };
  confirm(): Promise<void>;
  mismatch(): void;
}

export interface SdkVerifier {
  /** Agrees to what the other device has started, and settles when all is over. */
  verify(): Promise<void>;
  getShowSasCallbacks(): SdkSas | null;
  /** `show_sas`: the pictures are there. The request's `change` comes before them. */
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

export interface SdkVerificationRequest {
  readonly phase: VerificationPhase;
  readonly isSelfVerification: boolean;
  readonly initiatedByMe: boolean;
  readonly otherDeviceId: string | undefined;
  readonly verifier: SdkVerifier | undefined;
  readonly cancellationCode: string | null;
  /** `change` is what matters here. */
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  accept(): Promise<void>;
  cancel(): Promise<void>;
  startVerification(method: string): Promise<SdkVerifier>;
}

export interface VerificationCrypto extends CrossSigningCrypto {
  /** Asks every other device of the account. */
  requestOwnUserVerification(): Promise<SdkVerificationRequest>;
  getVerificationRequestsToDeviceInProgress(userId: string): readonly SdkVerificationRequest[];
}

export interface VerificationClient extends CrossSigningClient {
  getCrypto(): VerificationCrypto | undefined;
}
