import { createCallId, createSfuRoomName, parseMatrixEventId } from '../call-id.ts';
import type { Clock } from '../clock.ts';
import { commitmentTo, createComparisonNonce } from '../comparison-code/comparison-code.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import { HASH_BYTES } from '../key-schedule/labelled-hash.ts';
import { createCallKey } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { createEd25519Signer, createEd25519Verifier } from '../signing/ed25519.ts';
import { createEs256kSigner, createEs256kVerifier } from '../signing/es256k.ts';
import { signingPublicKeyOf } from '../signing/raw-key-signer.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { SIGNATURE_BYTES, type SigningAlgorithm } from '../signing/signing-key.ts';
import { AgentLink } from './agent-link.ts';
import type { FrameKeys } from './frame-keys.ts';
import type { LinkEvents } from './link-events.ts';
import { UserLink } from './user-link.ts';

/** The first attempt compiles code and fills tables; from the second on it is as quick as it gets. */
const ATTEMPTS = 2;

/** Two attempts take a tenth of a second; a machine that needs this long, in ms, gains nothing by trying. */
const REHEARSAL_MAX_MS = 10_000;

const SIGNING_KEY_BYTES = 32;
const PARTICIPANTS = { userIdentity: 'u-rehearsal', agentIdentity: 'a-rehearsal' };

/** Keys that open nothing have nowhere to go. */
const NOWHERE: FrameKeys = {
  installReceiving: () => Promise.resolve(),
  switchSending: () => Promise.resolve(),
  retire: () => Promise.resolve(),
};

export interface LinkRehearsal {
  readonly clock: Clock;
  /** With what the oracle signs. */
  readonly identityAlgorithm: SigningAlgorithm;
}

/**
 * Holds the key exchange of a call that nobody has, both ends in memory, under keys that are thrown away. The first exchange of a process
 * costs five times the second, and no caller should wait for that.
 *
 * @throws {OracleCallError} `ERR_UPSTREAM_TIMEOUT`, or what made the exchange fail
 */
export async function rehearseLink({ clock, identityAlgorithm }: LinkRehearsal): Promise<void> {
  using callKey = createCallKey();
  using comparisonNonce = createComparisonNonce();
  using identity = createPair(identityAlgorithm);
  using perCall = createPair('Ed25519');
  const binding = {
    contextHash: crypto.getRandomValues(new Uint8Array(HASH_BYTES)),
    envelopeSignature: crypto.getRandomValues(new Uint8Array(SIGNATURE_BYTES)),
    callId: createCallId(parseMatrixEventId('$rehearsal'), createSfuRoomName()),
    callKey,
  };
  let ready = Promise.withResolvers<void>();
  const events = (peerReady: () => void): LinkEvents => ({
    confirmed: () => undefined,
    superseded: () => undefined,
    peerReady,
    rekeyed: () => undefined,
    payload: () => undefined,
    refused: (error) => ready.reject(error),
    failed: (error) => ready.reject(error),
  });
  using user: UserLink = new UserLink({
    clock,
    frameKeys: NOWHERE,
    send: async (frame) => agent.receive(frame, PARTICIPANTS.userIdentity),
    events: events(() => undefined),
    handshake: {
      ...binding,
      userIdentity: PARTICIPANTS.userIdentity,
      comparisonNonce,
      callSigner: perCall.signer,
      oracleVerifier: identity.verifier,
    },
  });
  using agent: AgentLink = new AgentLink({
    clock,
    frameKeys: NOWHERE,
    send: async (frame) => user.receive(frame, PARTICIPANTS.agentIdentity),
    events: { ...events(() => ready.resolve()), stalled: () => undefined },
    handshake: {
      ...binding,
      userCommitment: commitmentTo(comparisonNonce.expose()),
      identitySigner: identity.signer,
      callVerifier: perCall.verifier,
      hearing: HEARD_HERE,
    },
  });
  using _bound = clock.after(REHEARSAL_MAX_MS, () => ready.reject(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    ready = Promise.withResolvers<void>();
    await Promise.all([agent.begin({ attempt, ...PARTICIPANTS }), ready.promise]);
  }
}

interface SigningPair extends Disposable {
  readonly signer: Signer;
  readonly verifier: Verifier;
}

function createPair(algorithm: SigningAlgorithm): SigningPair {
  const privateKey = SecretBytes.random(SIGNING_KEY_BYTES, 'key of a rehearsal');
  const publicKey = signingPublicKeyOf(algorithm, privateKey);
  const [signer, verifier] =
    algorithm === 'Ed25519'
      ? [createEd25519Signer(privateKey), createEd25519Verifier(publicKey)]
      : [createEs256kSigner(privateKey), createEs256kVerifier(publicKey)];
  return { signer, verifier, [Symbol.dispose]: () => privateKey.destroy() };
}
