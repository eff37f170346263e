import { isOracleCallError, OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import type { ClaimResponse } from '@oracle-calls/protocol/http';
import { decodeMemoryBody, hashMemoryScope, memoryRefused, openMemory } from '@oracle-calls/protocol/memory';
import type { MemoryBody, MemoryScope } from '@oracle-calls/protocol/memory';
import type { SignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { OwnIdentity } from '../identity/own-identity.ts';
import { MEMORY_MAX_AGE_MS } from '../trust-store/memory-numbers.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';

/** What is known of a session when a call begins. */
export interface Remembered {
  readonly scope: MemoryScope;
  /** Names the scope in the trust store. */
  readonly scopeName: string;
  readonly body: MemoryBody;
  /** When it was kept, ms since the epoch; `undefined` when there is none. */
  readonly keptAt: number | undefined;
}

export interface OpenRememberedDeps {
  readonly identity: Pick<OwnIdentity, 'keys'>;
  readonly trust: Pick<TrustStore, 'memories'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

/** The scope of a call's memory, from what the user signed. */
export function scopeOf({ context }: Pick<SignedEnvelope, 'context'>): MemoryScope {
  const { oracleDid, userDid, matrixSender, sessionId } = context;
  return { oracleDid, userDid, matrixUserId: matrixSender, sessionId };
}

/**
 * Opens what a claim brought. Needs the key that opens envelopes, so it happens before that is wiped. What is refused is logged, and the session
 * begins anew: whoever keeps memories could also have thrown it away.
 *
 * @throws {OracleCallError} `ERR_KEY_STORE`: it cannot be known which memory is the newest
 */
export async function openRemembered(
  { identity, trust, clock, log }: OpenRememberedDeps,
  kept: ClaimResponse['memory'],
  envelope: Pick<SignedEnvelope, 'context'>,
): Promise<Remembered> {
  const scope = scopeOf(envelope);
  const scopeName = Buffer.from(hashMemoryScope(scope)).toString('hex');
  const none: Remembered = { scope, scopeName, body: { turns: [], notes: {} }, keptAt: undefined };
  const now = clock.now();
  if (kept !== undefined) trust.memories.learn(scopeName, kept.erasedAt, now);
  if (kept?.record === undefined) return none;
  try {
    const { envelopePrivateKey } = identity.keys;
    const record = new Uint8Array(Buffer.from(kept.record, 'base64url'));
    const opened = await openMemory({ scope, record, oracle: identity.keys, envelopePrivateKey });
    if (opened.erasedAt < kept.erasedAt) throw memoryRefused('erased');
    if (opened.keptAt < now - MEMORY_MAX_AGE_MS) throw memoryRefused('expired');
    const body = decodeMemoryBody(opened.body);
    trust.memories.accept(scopeName, opened, now);
    log.info('memory opened', { turns: body.turns.length, notes: Object.keys(body.notes).length });
    return { scope, scopeName, body, keptAt: opened.keptAt };
  } catch (cause) {
    if (isOracleCallError(cause) && cause.code === 'ERR_KEY_STORE') throw cause;
    log.warn('memory refused; the session begins anew', whyOf(cause));
    return none;
  }
}

function whyOf(cause: unknown): { readonly code: string; readonly why?: string } {
  const { code, details } = isOracleCallError(cause) ? cause : new OracleCallError('ERR_INTERNAL');
  const why = details['why'];
  return { code, ...(typeof why === 'string' ? { why } : {}) };
}
