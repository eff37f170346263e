import type { RefusedOutcome } from '../handshake/handshake-frame.ts';
import type { EpochKeys } from '../key-schedule/epoch-keys.ts';

/**
 * How long the keys of the epoch before still open what is on the way, in ms. Shorter, and a listener on a slow network loses words at
 * each rekey; longer, and whoever steals a running process's memory can read more of the past.
 */
export const PREVIOUS_KEY_GRACE_MS = 10_000;

/** How often the agent begins a rekey, in ms: what a leak of one epoch's keys can expose at most. */
export const REKEY_INTERVAL_MS = 15 * 60_000;

/** What the driver has to do, in the order given, each before the next. */
export type RekeyStep =
  /** Take what comes under these keys; keep taking what comes under the keys before. */
  | { readonly do: 'install-receive'; readonly keys: EpochKeys }
  | { readonly do: 'send'; readonly frame: Uint8Array<ArrayBuffer> }
  /** Send under these keys from now on. */
  | { readonly do: 'switch-send'; readonly keys: EpochKeys }
  /** Call `graceOver(epoch)` after {@link PREVIOUS_KEY_GRACE_MS}. */
  | { readonly do: 'start-grace'; readonly epoch: number }
  /** Overwrite the slot of this epoch: its keys are wiped. */
  | { readonly do: 'retire'; readonly epoch: number };

export type RekeyOutcome =
  | { readonly kind: 'steps'; readonly steps: readonly RekeyStep[] }
  /** The same message came again and needs no answer. */
  | { readonly kind: 'ignored' }
  | RefusedOutcome;
