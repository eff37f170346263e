/** First wait before a frame that got no answer is sent again, in ms: a round trip around the world fits, a person notices nothing. */
export const RESEND_FIRST_MS = 300;

/** Each wait is longer than the one before by this factor, so that a slow network is not flooded. */
export const RESEND_GROWTH = 1.5;

/** Longest wait between two tries, in ms. */
export const RESEND_LONGEST_MS = 3_000;

/** An offer must be accepted within this time, in ms: as long as a caller waits who was told that the oracle is there. */
export const HANDSHAKE_MAX_MS = 10_000;

/** A rekey must be through within this time, in ms; media goes on meanwhile under the keys of before. */
export const REKEY_MAX_MS = 30_000;

/** Two rekeys that the other end asks for are at least this far apart, in ms: each costs both ends a key pair. */
export const REKEY_REQUEST_GAP_MS = 5_000;

/** A payload without a receipt is sent again after this time, in ms. */
export const RECEIPT_WAIT_MS = 2_000;

/** So often, then it is given up: the other end is gone, and presence will say so. */
export const RECEIPT_TRIES = 6;

/** Payloads that wait for receipts or keys; the oldest give way. A chat message a second for minutes of outage. */
export const OUTBOX_MAX = 256;
