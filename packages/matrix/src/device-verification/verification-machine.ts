import type { KeyBackupState } from '../cross-signing/key-backup.ts';

/*
 * One verification of a new device by another signed-in device of the same account (Matrix spec, "Short Authentication String (SAS)
 * verification"). The new device asks; the signed one is asked.
 *
 *   new device:  Waiting ─accepted─┐
 *                                  ├─► Agreeing ─shown─► Comparing ─saidSame─► Confirming ─done─► Receiving ─received─► Verified
 *   signed one:  Asked ──accepted──┘                                                │
 *                                                                                   └─done (signed one)───────────────► Verified
 *
 *   every state but Verified ─ended─► Ended
 */

/** One of seven pictures; both devices show the same ones, or somebody stands between them. */
export interface VerificationEmoji {
  readonly symbol: string;
  /** In English, as the Matrix spec names it. */
  readonly name: string;
}

export type VerificationEnd =
  /** This device's person gave up or said no. */
  | 'cancelled'
  /** The other device's person did. */
  | 'declined'
  /** The pictures were not the same: somebody stands between the two devices, or they belong to two requests. */
  | 'mismatch'
  | 'timeout'
  /** Another device has taken it. */
  | 'accepted-elsewhere'
  /** The two devices did not understand each other, or the homeserver did not answer. */
  | 'failed';

export type DeviceVerificationState =
  /** The new device: no other device has answered yet. */
  | { readonly kind: 'Waiting' }
  /** The signed device: another one, which says to be of this account, asks. */
  | { readonly kind: 'Asked'; readonly deviceId: string | undefined }
  | { readonly kind: 'Agreeing' }
  /** Ask the person whether the other device shows the same. */
  | { readonly kind: 'Comparing'; readonly emoji: readonly VerificationEmoji[] }
  /** The person said that they are the same; the other device's has not yet. */
  | { readonly kind: 'Confirming'; readonly emoji: readonly VerificationEmoji[] }
  /** The new device is signed; the account's secrets are on their way to it. */
  | { readonly kind: 'Receiving' }
  | {
      readonly kind: 'Verified';
      /** What the new device received; `undefined` on the signed one. Without private keys it can call and not read transcripts. */
      readonly received: ReceivedSecrets | undefined;
    }
  | { readonly kind: 'Ended'; readonly reason: VerificationEnd };

export interface ReceivedSecrets {
  readonly hasPrivateKeys: boolean;
  readonly backup: KeyBackupState;
}

export type VerificationInput =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'shown'; readonly emoji: readonly VerificationEmoji[] }
  | { readonly kind: 'saidSame' }
  | { readonly kind: 'done'; readonly isNewDevice: boolean }
  | { readonly kind: 'received'; readonly received: ReceivedSecrets }
  | { readonly kind: 'ended'; readonly reason: VerificationEnd };

/** The next state; the same one when the input means nothing in it. */
export function stepVerification(state: DeviceVerificationState, input: VerificationInput): DeviceVerificationState {
  if (state.kind === 'Verified' || state.kind === 'Ended') return state;
  switch (input.kind) {
    case 'accepted':
      return state.kind === 'Waiting' || state.kind === 'Asked' ? { kind: 'Agreeing' } : state;
    case 'shown':
      return state.kind === 'Agreeing' ? { kind: 'Comparing', emoji: input.emoji } : state;
    case 'saidSame':
      return state.kind === 'Comparing' ? { kind: 'Confirming', emoji: state.emoji } : state;
    case 'done':
      if (state.kind !== 'Confirming') return state;
      return input.isNewDevice ? { kind: 'Receiving' } : { kind: 'Verified', received: undefined };
    case 'received':
      return state.kind === 'Receiving' ? { kind: 'Verified', received: input.received } : state;
    case 'ended':
      return { kind: 'Ended', reason: input.reason };
  }
}
