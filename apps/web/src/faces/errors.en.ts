import type { ErrorCode } from '@oracle-calls/protocol';

/** What a person is told, by code: what happened, and what can be done. */
export const errorsEnglish = {
  /** Bugs, and errors of other programs that cannot reach a page. */
  fallback: 'Something went wrong on our side. Please try again.',
  ERR_PROTOCOL_MALFORMED:
    'The oracle’s service and this page do not understand each other. Reload the page and try again.',
  ERR_PROTOCOL_TOO_LARGE: 'The oracle’s service sent more than this page accepts.',
  ERR_PROTOCOL_UNKNOWN_VERSION:
    'The oracle’s service speaks a newer protocol. Reload the page to get the current version.',
  ERR_PROTOCOL_CALL_ID: 'The call got an id that is not valid. Please call again.',
  ERR_PROTOCOL_NOT_FOUND: 'The address of the oracle’s service is wrong.',
  ERR_PROTOCOL_METHOD: 'The address of the oracle’s service is wrong.',
  ERR_ENVELOPE_MALFORMED: 'The call’s key could not be sealed. Please call again.',
  ERR_ENVELOPE_OPEN: 'The call’s key could not be opened.',
  ERR_ENVELOPE_UNSUPPORTED: 'This oracle offers no key that calls can be encrypted to.',
  ERR_ENVELOPE_SIGNATURE: 'Your key did not sign the call. Check your wallet, or sign out and in again.',
  ERR_KEY_CHANGED: 'The oracle’s key or account has changed without its word. Nothing was sent.',
  ERR_KEY_ROTATION: 'The oracle’s key has changed in a way that cannot be checked. Nothing was sent.',
  ERR_KEY_STORE_AWAY:
    'Your browser does not give back the keys it knows. Nothing was sent. Try again, or reload the page.',
  ERR_KEY_MISSING: 'The call is not that far yet. Try again in a moment.',
  ERR_DATA_MALFORMED: 'This message cannot be sent. It may be too long.',
  ERR_DATA_TOO_LARGE: 'This message is too long to be sent.',
  ERR_HANDSHAKE_TIMEOUT: 'The oracle did not prove itself in time. Please call again.',
  ERR_HANDSHAKE_COMPARISON:
    'The codes do not match: somebody may stand between you and the oracle. The call was ended. Tell the oracle’s operator.',
  ERR_DID_MALFORMED: 'That is not a valid DID. It looks like did:ixo:oracle123.',
  ERR_DID_NOT_RESOLVED: 'The oracle cannot be found right now. Check its DID, or try again shortly.',
  ERR_DID_UNSUPPORTED: 'This page cannot look up DIDs of this kind.',
  ERR_DID_DOCUMENT: 'The oracle’s DID document does not say how to call it.',
  ERR_DID_UNPUBLISHED:
    'This Matrix account does not say that it is an oracle. Check the Matrix ID, or ask for the oracle’s DID.',
  ERR_DID_ACCOUNT:
    'That homeserver names an oracle whose own document names another account. Nobody was called. Ask the oracle’s operator for its DID.',
  ERR_MATRIX_EVENT_NOT_FOUND: 'The call’s message did not reach the oracle in time. Please call again.',
  ERR_MATRIX_UNDECRYPTABLE: 'The oracle could not read the call’s message. Please call again.',
  ERR_MATRIX_NOT_ENCRYPTED: 'The call’s message was not encrypted, so the oracle refused it.',
  ERR_MATRIX_CROSS_SIGNING:
    'This device or the oracle’s is not confirmed by its account, so nothing was sent. Sign out and in again, or try later.',
  ERR_MATRIX_IDENTITY_CHANGED: 'The oracle’s Matrix identity has changed since you first called. Nothing was sent.',
  ERR_MATRIX_MEMBERS: 'Somebody else is in your room with the oracle, so nothing was sent.',
  ERR_MATRIX_RECOVERY_KEY: 'That recovery key does not belong to this account. Check it and try again.',
  ERR_MATRIX_ROOM: 'No encrypted room with the oracle could be made.',
  ERR_MATRIX_SEND: 'The call’s message could not be sent. Check your connection and call again.',
  ERR_MEDIA_UNSUPPORTED:
    'This browser cannot encrypt calls end to end. Use a current version of Chrome, Edge, Firefox or Safari.',
  ERR_MEDIA_DEVICE: 'Your microphone or camera cannot be used. Allow it in the browser and call again.',
  ERR_MEDIA_CONNECT: 'The connection to the call was lost or could not be made. Check your connection and call again.',
  ERR_MEDIA_SIGNALLING: 'The media server said something that a call does not accept. Please call again.',
  ERR_MEDIA_IDENTITY: 'The media server mistook one end of the call for another. Please call again.',
  ERR_MEDIA_UNENCRYPTED: 'Somebody offered sound without encryption. It was not played.',
  ERR_MEDIA_UNDECRYPTABLE: 'The oracle’s sound arrived, but no key of this call opened it. Please call again.',
  ERR_MEDIA_ORACLE_ABSENT: 'The oracle did not pick up. Please try again later.',
  ERR_AUTH_MISSING: 'You are not signed in to the oracle’s service. Sign out and in again.',
  ERR_AUTH_INVALID: 'The oracle’s service did not accept your sign-in. Sign out and in again.',
  ERR_AUTH_EXPIRED: 'Your sign-in has expired. Sign out and in again.',
  ERR_AUTH_HOMESERVER: 'The oracle does not take calls from users of your homeserver.',
  ERR_AUTH_FORBIDDEN: 'The oracle’s service does not allow this.',
  ERR_AUTH_INVALID_AUTHENTICATION:
    'The oracle could not open the key of this call. Its published key may be out of date.',
  ERR_CALL_NOT_FOUND: 'The oracle’s service does not know this call.',
  ERR_CALL_TRANSITION: 'The call has ended already.',
  ERR_CALL_REPLAYED: 'The oracle’s service has seen this call before and refused it. Please call again.',
  ERR_CALL_CLOCK: 'Your device’s clock is wrong. Set it and call again.',
  ERR_CALL_ENDED: 'The call has ended.',
  ERR_CALL_IN_PROGRESS: 'Another call is still in progress.',
  ERR_CALL_LIVE: 'This call has not quite ended. Please delete it in a moment.',
  ERR_MEMORY_REFUSED: 'What the oracle’s service kept of earlier calls was not to be believed. The oracle began anew.',
  ERR_MEMORY_ERASED: 'You have had the oracle forget this conversation.',
  ERR_RING_OVER: 'The oracle no longer rings. You can call it yourself.',
  ERR_CALL_QUESTION: 'The oracle waits for this answer no more.',
  ERR_CALL_TICKET: 'The oracle could not take the call. Please call again.',
  ERR_UPSTREAM_HOMESERVER: 'Your homeserver does not answer. Please try again shortly.',
  ERR_UPSTREAM_SFU: 'The media server does not answer. Please try again shortly.',
  ERR_UPSTREAM_BACKEND: 'The oracle’s service does not answer or broke. Please try again shortly.',
  ERR_UPSTREAM_SPEECH: 'The oracle’s voice does not work right now. Please try again later.',
  ERR_UPSTREAM_MODEL: 'The oracle cannot think right now. Please try again shortly.',
  ERR_UPSTREAM_LIMITED: 'The oracle is asked too much right now. Please try again later.',
  ERR_UPSTREAM_REFUSED: 'A service that the oracle needs turns it away. Its operator has to look at this.',
  ERR_UPSTREAM_MALFORMED:
    'A service that the oracle needs does not work as it should. Its operator has to look at this.',
  ERR_UPSTREAM_TIMEOUT: 'It took too long to connect. Please try again.',
  ERR_UPSTREAM_DRAINING:
    'The oracle’s service is being restarted and takes no new calls. Please try again in a minute.',
  ERR_UPSTREAM_BUSY: 'The oracle’s service is busy. Please try again shortly.',
} as const satisfies Partial<Record<ErrorCode | 'fallback', string>>;
