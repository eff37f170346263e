/** Session descriptions are the largest messages and stay below 100 kB; whoever sends more wants memory. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** The media library waits 5 s for the SFU; after that nobody waits here any more, in ms. */
export const CONNECT_MAX_MS = 8_000;

/** A refusal's explanation, in bytes. */
export const MAX_ANSWER_BYTES = 16_384;

/** The headers of the media library that the SFU reads: the join token travels in the first. */
export const PASSED_HEADERS = ['authorization', 'user-agent'] as const;
