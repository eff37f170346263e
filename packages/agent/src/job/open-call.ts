import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock, SecretBytes, SfuRoomName } from '@oracle-calls/protocol';
import { resolveUserKey } from '@oracle-calls/protocol/did';
import type { ResolvedUserKey } from '@oracle-calls/protocol/did';
import { openEnvelope } from '@oracle-calls/protocol/envelope';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import {
  isSignedEnvelope,
  openSignedEnvelope,
  parseSignedEnvelope,
  verifySignedEnvelope,
} from '@oracle-calls/protocol/signed-envelope';
import type { OpenSignedEnvelopeOptions, SignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { DidResolver } from '../identity/did-resolver.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import { CLAIM_RETRY, retrying } from './backend/retry.ts';
import type { CallLog } from './call-log.ts';
import type { JobTimeline } from './job-timeline.ts';

export interface OpenCallDeps {
  readonly sfuRoomName: SfuRoomName;
  readonly identity: OwnIdentity;
  readonly olderProtocol: 'refuse' | 'allow';
  readonly trust: TrustStore;
  readonly resolver: DidResolver;
  readonly timeline: Pick<JobTimeline, 'mark'>;
  readonly clock: Clock;
  readonly log: CallLog;
}

/** A call whose key the agent has. */
export type OpenedCall =
  | { readonly protocol: 'strict'; readonly callKey: SecretBytes; readonly envelope: SignedEnvelope }
  | { readonly protocol: 'older'; readonly callKey: SecretBytes };

/**
 * Opens a call's key, after everything that speaks against it was checked. Each check is one statement.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_…`, `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`, `ERR_DID_…`, `ERR_PROTOCOL_UNKNOWN_VERSION`: this is not the user's
 *   call; retryable ones and `ERR_KEY_STORE`: it could not be found out. Aborts rethrow `signal.reason`
 */
export async function openCall(
  deps: OpenCallDeps,
  call: ClaimResponse,
  key: KeyResponse,
  signal: AbortSignal,
): Promise<OpenedCall> {
  const { identity, trust, clock } = deps;
  if (key.oracleDid !== identity.keys.did) throw new OracleCallError('ERR_ENVELOPE_CONTEXT');
  if (!isSignedEnvelope(key.encryptionKey)) return openOlderCall(deps, key);
  const envelope = parseSignedEnvelope(key.encryptionKey);
  const user = await resolveUser(deps, envelope, key, signal);
  deps.timeline.mark('userResolved');
  const opening = openingOf(deps, call, key, envelope, user);
  verifySignedEnvelope(opening);
  pinUserKey(deps, user);
  trust.usedContexts.use(envelope, call.callId, clock.now());
  return { protocol: 'strict', callKey: await openSignedEnvelope(opening), envelope };
}

/**
 * A bare envelope says neither who sealed it nor what for: only where the operator allows it by name, and never in the name of a user
 * who has signed before: whoever swaps the envelope would strip that user's calls of their signature.
 */
function openOlderCall({ identity, olderProtocol, trust }: OpenCallDeps, key: KeyResponse): OpenedCall {
  if (olderProtocol !== 'allow') throw new OracleCallError('ERR_ENVELOPE_DOWNGRADE');
  if (trust.userKeys.knows(key.userDid)) throw new OracleCallError('ERR_ENVELOPE_DOWNGRADE');
  const callKey = openEnvelope({ envelopeHex: key.encryptionKey, privateKey: identity.olderPrivateKey });
  return { protocol: 'older', callKey };
}

/** The agent asks the user's DID itself: not the backend, and not the envelope, which only names the key. */
async function resolveUser(
  { resolver, clock }: OpenCallDeps,
  { context }: SignedEnvelope,
  { userDid }: KeyResponse,
  signal: AbortSignal,
): Promise<ResolvedUserKey> {
  const { methodId } = context.userSigningKey;
  return retrying(() => resolveUserKey(userDid, methodId, resolver, { signal, clock }), CLAIM_RETRY, clock, signal);
}

function openingOf(
  { identity, sfuRoomName, clock }: OpenCallDeps,
  { callType, sessionId }: ClaimResponse,
  { userDid }: KeyResponse,
  envelope: SignedEnvelope,
  { signingKey }: ResolvedUserKey,
): OpenSignedEnvelopeOptions {
  const { matrixRoomId, matrixSender, ringEventId } = envelope.context;
  return {
    envelope,
    expected: {
      // Known to the agent itself: the room it is in, and its own account.
      sfuRoomName,
      matrixOracle: identity.matrixUserId,
      // The backend's word, which the user's signature confirms.
      callType,
      sessionId,
      userDid,
      // The agent sees no Matrix event: for these it has nothing but the signed context itself. The backend checks them.
      matrixRoomId,
      matrixSender,
      ringEventId,
    },
    userKey: signingKey,
    oracle: identity.keys,
    envelopePrivateKey: identity.keys.envelopePrivateKey,
    now: clock.now(),
  };
}

/** Only after the envelope was verified under this key: an envelope that names another one must not pin it. */
function pinUserKey({ trust, clock, log }: OpenCallDeps, { did, signingKey, keyRotations }: ResolvedUserKey): void {
  const user = { presented: { did, signingKey }, rotations: keyRotations };
  const { kind } = trust.userKeys.judge(user, clock.now());
  log.info('user key judged', { judgement: kind });
}
