/**
 * Every error of Oracle Calls, once: code → how it behaves. The codes are the contract; texts may change.
 * `slug` ends the RFC 9457 `type` URI and is stable too. `httpStatus` is what the backend answers with, or
 * `undefined` for errors that never cross HTTP.
 */
interface ErrorRow {
  readonly slug: string;
  readonly title: string;
  readonly retryable: boolean;
  readonly httpStatus: number | undefined;
}

const row = (slug: string, httpStatus: number | undefined, title: string, retryable = false): ErrorRow => ({
  slug,
  title,
  retryable,
  httpStatus,
});

export const ERROR_TABLE = {
  // Protocol: what came in is not what the protocol says.
  ERR_PROTOCOL_MALFORMED: row('malformed', 400, 'The input does not have the required shape.'),
  ERR_PROTOCOL_TOO_LARGE: row('too-large', 413, 'The input is larger than the limit.'),
  ERR_PROTOCOL_UNKNOWN_VERSION: row('unknown-version', 400, 'The protocol version is not known.'),
  ERR_PROTOCOL_CALL_ID: row('bad-call-id', 400, 'The call id does not follow the grammar eventId@roomId.'),
  ERR_PROTOCOL_NOT_FOUND: row('no-such-route', 404, 'There is no such resource.'),
  ERR_PROTOCOL_METHOD: row('method-not-allowed', 405, 'The method is not allowed here.'),

  // Envelope: sealing and opening the per-call key.
  ERR_ENVELOPE_MALFORMED: row('envelope-malformed', 422, 'The sealed key is not a valid envelope.'),
  ERR_ENVELOPE_OPEN: row('envelope-not-opened', 422, 'The sealed key cannot be opened.'),
  ERR_ENVELOPE_UNSUPPORTED: row('envelope-unsupported', 422, 'The oracle offers no supported key.'),
  ERR_ENVELOPE_SIGNATURE: row('envelope-signature', 422, "The envelope is not signed by the user's key."),
  ERR_ENVELOPE_CONTEXT: row('envelope-context', 422, 'The envelope was made for something else.'),
  ERR_ENVELOPE_EXPIRED: row('envelope-expired', 422, 'The envelope is not valid at this time.'),
  ERR_ENVELOPE_REPLAYED: row('envelope-replayed', 409, 'The envelope was already used for another call.'),
  ERR_ENVELOPE_DOWNGRADE: row('envelope-downgrade', 422, 'The envelope is weaker than what the oracle offers.'),

  // Keys that were seen before.
  ERR_KEY_CHANGED: row('key-changed', 422, 'A known key has changed without a valid rotation.'),
  ERR_KEY_ROTATION: row('key-rotation-invalid', 422, 'The rotation of a known key is not valid.'),
  ERR_KEY_STORE: row('key-store-unusable', undefined, 'The store of known keys cannot be used.'),
  ERR_KEY_STORE_AWAY: row('key-store-away', undefined, 'The store of known keys does not answer any more.', true),

  // The key exchange of a call: handshake and rekey.
  ERR_HANDSHAKE_MALFORMED: row('handshake-malformed', undefined, 'A message of the key exchange is malformed.'),
  ERR_HANDSHAKE_OPEN: row('handshake-not-opened', undefined, 'A message of the key exchange cannot be opened.'),
  ERR_HANDSHAKE_SIGNATURE: row('handshake-signature', undefined, 'A signature of the key exchange is not valid.'),
  ERR_HANDSHAKE_IDENTITY: row(
    'handshake-identity',
    undefined,
    'A message of the key exchange names other participants than those of this call.',
  ),
  ERR_HANDSHAKE_EPHEMERAL: row('handshake-ephemeral', undefined, 'An ephemeral key of the key exchange is unusable.'),
  ERR_HANDSHAKE_COMMITMENT: row(
    'handshake-commitment',
    undefined,
    'A nonce of the comparison code is not the one committed to.',
  ),
  ERR_HANDSHAKE_CONFIRMATION: row('handshake-confirmation', undefined, 'The two ends did not arrive at the same keys.'),
  ERR_HANDSHAKE_STALE: row(
    'handshake-stale',
    undefined,
    'A message of the key exchange belongs to an attempt or epoch that is over.',
  ),
  ERR_HANDSHAKE_ORDER: row('handshake-order', undefined, 'A message of the key exchange came out of order.'),
  ERR_HANDSHAKE_CLOSED: row('handshake-closed', undefined, 'The key exchange is over.'),
  ERR_HANDSHAKE_TIMEOUT: row('handshake-timeout', undefined, 'The key exchange was not finished in time.', true),
  ERR_HANDSHAKE_COMPARISON: row('handshake-comparison', undefined, 'The comparison codes of the two ends differ.'),

  // Keys of media and data.
  ERR_KEY_MISSING: row('key-missing', undefined, 'There is no key for this epoch yet.'),
  ERR_KEY_RETIRED: row('key-retired', undefined, 'The key of this epoch is not used any more.'),
  ERR_KEY_EXHAUSTED: row('key-exhausted', undefined, 'The key of this epoch has sealed all that it may.'),

  // Data frames.
  ERR_DATA_MALFORMED: row('data-malformed', undefined, 'A data frame is malformed.'),
  ERR_DATA_TOO_LARGE: row('data-too-large', undefined, 'The data does not fit into one frame.'),
  ERR_DATA_OPEN: row('data-not-opened', undefined, 'A data frame cannot be opened.'),
  ERR_DATA_REPLAYED: row('data-replayed', undefined, 'A data frame came again or too late.'),
  ERR_DATA_SENDER: row(
    'data-sender',
    undefined,
    'A data packet names no participant, or not the other end of the call.',
  ),

  // DIDs.
  ERR_DID_MALFORMED: row('did-malformed', 400, 'The DID is not well-formed.'),
  ERR_DID_NOT_RESOLVED: row('did-not-resolved', 502, 'The DID document cannot be had.', true),
  ERR_DID_UNSUPPORTED: row(
    'did-unsupported',
    422,
    'This kind of DID, or the address it stands for, is not accepted here.',
  ),
  ERR_DID_DOCUMENT: row('did-document-unusable', 422, 'The DID document lacks what a call needs.'),
  ERR_DID_UNPUBLISHED: row('did-unpublished', undefined, 'The Matrix account names no DID of an oracle.'),
  ERR_DID_ACCOUNT: row(
    'did-account',
    undefined,
    'The DID document names another Matrix account than the one that named the DID.',
  ),

  // Matrix.
  ERR_MATRIX_EVENT_NOT_FOUND: row('event-not-found', 404, 'The call event has not reached the backend.', true),
  ERR_MATRIX_UNDECRYPTABLE: row('event-undecryptable', 404, 'The call event cannot be decrypted yet.', true),
  ERR_MATRIX_NOT_ENCRYPTED: row('event-not-encrypted', 422, 'The event is not end-to-end encrypted.'),
  ERR_MATRIX_CROSS_SIGNING: row('cross-signing-missing', undefined, 'An end of the call has no cross-signed device.'),
  ERR_MATRIX_IDENTITY_CHANGED: row(
    'matrix-identity-changed',
    undefined,
    'The Matrix identity is another than the one seen first.',
  ),
  ERR_MATRIX_MEMBERS: row('matrix-members', undefined, 'Others than the two of the call are in the room.'),
  ERR_MATRIX_RECOVERY_KEY: row('recovery-key-wrong', undefined, 'The recovery key does not open the account’s keys.'),
  ERR_MATRIX_ROOM: row('matrix-room-unusable', undefined, 'The encrypted room with the oracle cannot be had.'),
  ERR_MATRIX_SEND: row('matrix-send-failed', undefined, 'The call event could not be sent.', true),
  ERR_MATRIX_SENDER: row(
    'sender-unverified',
    422,
    'The event was not encrypted by a cross-signed device of its sender.',
  ),
  ERR_MATRIX_SESSION: row('matrix-session-invalid', undefined, 'The Matrix session is not valid any more.'),
  ERR_MATRIX_STORE: row('matrix-store-unusable', undefined, 'The store of the Matrix account cannot be used.'),
  ERR_MATRIX_STORE_IN_USE: row(
    'matrix-store-in-use',
    undefined,
    'Another process uses the store of the Matrix account.',
  ),

  // Media.
  ERR_MEDIA_UNSUPPORTED: row('media-unsupported', undefined, 'This browser cannot encrypt media end to end.'),
  ERR_MEDIA_DEVICE: row('media-device', undefined, 'The microphone or camera cannot be used.'),
  ERR_MEDIA_CONNECT: row('media-connect-failed', undefined, 'The media server cannot be reached.', true),
  ERR_MEDIA_UNENCRYPTED: row('media-unencrypted', undefined, 'Somebody offered media without encryption.'),
  ERR_MEDIA_UNDECRYPTABLE: row(
    'media-undecryptable',
    undefined,
    'Media of a participant arrives that no key of this call opens.',
  ),
  ERR_MEDIA_SIGNALLING: row(
    'signalling-refused',
    undefined,
    'The media server said something that a call does not accept.',
  ),
  ERR_MEDIA_IDENTITY: row(
    'media-identity',
    undefined,
    'The media server calls this end by another identity than its join token.',
  ),
  ERR_MEDIA_ORACLE_ABSENT: row('oracle-absent', undefined, 'The oracle did not join the call.', true),

  // Authentication and authorisation.
  ERR_AUTH_MISSING: row('missing-authentication', 401, 'This request needs credentials.'),
  ERR_AUTH_INVALID: row('invalid-credentials', 401, 'The credentials are not accepted.'),
  ERR_AUTH_EXPIRED: row('expired-credentials', 401, 'The credentials have expired.'),
  ERR_AUTH_HOMESERVER: row('homeserver-not-allowed', 403, 'Users of this homeserver are not accepted here.'),
  ERR_AUTH_FORBIDDEN: row('forbidden', 403, 'The caller may not do this.'),
  ERR_AUTH_INVALID_AUTHENTICATION: row(
    'invalid-authentication',
    403,
    'The agent could not open the key of this call and gets it no more.',
  ),

  // Too much at once.
  ERR_RATE_LIMITED: row('rate-limited', 429, 'Too many requests came from here. Try again later.', true),

  // The call's life.
  ERR_CALL_NOT_FOUND: row('call-not-found', 404, 'There is no such call for this caller.'),
  ERR_CALL_TRANSITION: row('illegal-transition', 409, 'A call only moves forward: pending, active, ended.'),
  ERR_CALL_REPLAYED: row('replayed', 409, 'This room or event already belongs to another call.'),
  ERR_CALL_CLOCK: row('clock-skew', 422, 'The time in the call event is too far from the time here.'),
  ERR_CALL_ENDED: row('call-ended', 410, 'The call has ended.'),
  ERR_CALL_IN_PROGRESS: row('call-in-progress', undefined, 'Another call of this client is still in progress.'),
  ERR_CALL_LIVE: row('call-live', 409, 'A call is deleted when it has ended, and this one has not quite.', true),
  ERR_CALL_QUESTION: row('question-over', undefined, 'This question cannot be asked now, or waits for no answer.'),
  ERR_CALL_TICKET: row('ticket-invalid', 403, 'The dispatch ticket is unknown, used or for another room.'),

  // Rings: an oracle's calls to people.
  ERR_RING_NOT_FOUND: row('ring-not-found', 404, 'There is no such ring of this oracle.'),
  ERR_RING_OVER: row('ring-over', 409, 'The ring is over, or was meant for somebody else.'),
  ERR_RING_STRANGER: row('ring-stranger', 403, 'An oracle may ring only people who have called it.'),
  ERR_RING_IN_PROGRESS: row(
    'ring-in-progress',
    409,
    'This person is being rung by this oracle, or is in a call with it.',
  ),
  ERR_RING_UNREACHABLE: row('ring-unreachable', 409, 'The encrypted room with this person cannot be used for a ring.'),

  // Memories: what an oracle keeps of a session from call to call.
  ERR_MEMORY_REFUSED: row('memory-refused', undefined, 'What was kept of earlier calls is not to be believed.'),
  ERR_MEMORY_ERASED: row(
    'memory-erased',
    409,
    'The user has erased this memory: nothing is kept of calls that were under way.',
  ),

  // Others we depend on.
  ERR_UPSTREAM_HOMESERVER: row('homeserver-unavailable', 502, 'The homeserver does not answer.', true),
  ERR_UPSTREAM_SFU: row('sfu-unavailable', 502, 'The media server does not answer.', true),
  ERR_UPSTREAM_BACKEND: row('backend-unavailable', undefined, 'The oracle backend does not answer.', true),
  ERR_UPSTREAM_DATABASE: row('database-unavailable', 503, 'The database does not answer.', true),
  ERR_UPSTREAM_SPEECH: row('speech-unavailable', undefined, 'The speech host does not answer.', true),
  ERR_UPSTREAM_MODEL: row(
    'model-unavailable',
    undefined,
    'The service that answers for the oracle is not there, or broke off.',
    true,
  ),
  ERR_UPSTREAM_LIMITED: row(
    'upstream-limited',
    undefined,
    'A service that the oracle needs takes no more requests for now.',
    true,
  ),
  ERR_UPSTREAM_REFUSED: row('upstream-refused', undefined, 'A service that the oracle needs refuses its requests.'),
  ERR_UPSTREAM_MALFORMED: row(
    'upstream-malformed',
    undefined,
    'A service that the oracle needs does not keep to its protocol.',
  ),
  ERR_UPSTREAM_TIMEOUT: row('upstream-timeout', 504, 'Somebody we depend on took too long.', true),
  ERR_UPSTREAM_DRAINING: row(
    'draining',
    503,
    'The service is being restarted and takes no new calls. Try again shortly.',
    true,
  ),
  ERR_UPSTREAM_BUSY: row('busy', 503, 'The service is not ready. Try again shortly.', true),

  // The backend's database, when a process opens it.
  ERR_STORE_NEWER: row(
    'store-newer',
    undefined,
    'A newer version made this database. Run that version, or restore a backup made before it.',
  ),
  ERR_STORE_MIGRATION: row(
    'store-migration',
    undefined,
    'The database could not be brought up to date and is as it was. The cause is in the log.',
  ),

  // The command line.
  // What an operator writes and types.
  ERR_CONFIG_INVALID: row('config-invalid', undefined, 'The configuration cannot be used.'),
  ERR_CLI_USAGE: row('usage', undefined, 'The command was not understood.'),
  ERR_CLI_SYSTEM: row('system-refused', undefined, 'The operating system refused what the command needs.'),
  ERR_CLI_FILE_EXISTS: row('file-exists', undefined, 'A file is already there and is not overwritten.'),
  ERR_CLI_DATABASE: row('database-absent', undefined, 'There is no database file of a backend at that path.'),
  ERR_CLI_BACKUP: row('backup-unusable', undefined, 'The backup is damaged, incomplete, or not one of ours.'),
  ERR_CLI_BACKUP_PASSPHRASE: row('backup-passphrase', undefined, 'The backup does not open with this passphrase.'),
  ERR_CLI_POSTGRES_PROGRAM: row('postgres-program', undefined, "One of Postgres's own programs is missing or failed."),
  ERR_CLI_API_KEY: row('api-key-unknown', undefined, 'There is no usable API key of that id.'),
  ERR_CLI_ORACLE: row('oracle-unknown', undefined, 'No oracle with this Matrix account was called from here before.'),
  ERR_CLI_SPEECH: row('voice-absent', undefined, 'There is no voice on this machine to speak a text with.'),

  // A bug here. Its text says nothing about the inside.
  ERR_INTERNAL: row('internal', 500, 'Something went wrong on our side.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export const ERROR_CODES = Object.keys(ERROR_TABLE) as readonly ErrorCode[];
