/** Marker, layout and suite; three numbers; two hashes of keys. In bytes. */
export const MEMORY_HEADER_BYTES = 3 + 3 * 8 + 2 * 32;

/** Largest body, in bytes of JSON: some forty minutes of talk. */
export const MEMORY_BODY_MAX_BYTES = 32_768;

/**
 * Largest record, in bytes: what ECIES adds to its content key is the most that a suite adds, then tag and signature. In base64url it fits into a
 * request (`REQUEST_MAX_BYTES`) and into the answer to a claim.
 */
export const MEMORY_RECORD_MAX_BYTES = MEMORY_HEADER_BYTES + 65 + 96 + MEMORY_BODY_MAX_BYTES + 16 + 64;
