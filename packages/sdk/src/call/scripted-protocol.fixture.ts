import { SecretBytes, type Did } from '@oracle-calls/protocol';
import { createPayloadId, type DataPayload } from '@oracle-calls/protocol/data-frame';
import { createEd25519Signer, type ComparisonCode } from '@oracle-calls/protocol/handshake';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import type { SealedCall } from '@oracle-calls/protocol/signed-envelope';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { ResolvedOracle } from '../oracle/oracle-directory.ts';
import type { CallSecrets } from '../strict/call-secrets.ts';
import type { OracleLink, OracleLinkOptions } from '../strict/oracle-link.ts';
import { ownStrictProtocol } from '../strict/own-strict-protocol.ts';
import type { SealCallOptions } from '../strict/seal-call.ts';
import type { StrictProtocol } from '../strict/strict-protocol.ts';

export const CODE = '0123456789' as ComparisonCode;

/** A link whose other end is the test. */
export class ScriptedLink implements OracleLink {
  readonly received: { readonly frame: Uint8Array; readonly from: string | undefined }[] = [];
  readonly said: DataPayload[] = [];
  rekeysAskedFor = 0;
  isClosed = false;
  failure: Error | undefined;
  readonly options: OracleLinkOptions;
  #attempt = 0;

  constructor(options: OracleLinkOptions) {
    this.options = options;
  }

  receive(frame: Uint8Array, from: string | undefined): void {
    this.received.push({ frame, from });
  }

  async send(payload: DataPayload): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.said.push(payload);
  }

  async requestRekey(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.rekeysAskedFor += 1;
  }

  close(): void {
    this.isClosed = true;
  }

  /** An agent has proved itself. */
  confirm(agentIdentity = 'agent-1', comparisonCode = CODE, hearing = HEARD_HERE): void {
    const { userIdentity } = this.options.handshake;
    this.#attempt += 1;
    this.options.events.declared?.({ hearing });
    this.options.events.confirmed({ attempt: this.#attempt, userIdentity, agentIdentity, comparisonCode, hearing });
  }

  /** A later offer was verified, and not confirmed yet. */
  supersede(): void {
    this.options.events.superseded();
  }

  /** The oracle says something. */
  hear(payload: WithoutId<DataPayload>): void {
    this.options.events.payload({ ...payload, id: createPayloadId() });
  }

  /** Actions of the controls that were sent. */
  get actions(): string[] {
    return this.said.flatMap((payload) => (payload.kind === 'control' ? [payload.action] : []));
  }
}

type WithoutId<P> = P extends DataPayload ? Omit<P, 'id'> : never;

/** The protocol without cryptography: what it was asked for, and links that the test speaks through. */
export class ScriptedProtocol implements StrictProtocol {
  readonly sealed: SealCallOptions[] = [];
  readonly links: ScriptedLink[] = [];
  readonly secrets: (CallSecrets & { isDestroyed: boolean })[] = [];
  readonly warmedUp: string[] = [];
  readonly createVerifier = ownStrictProtocol.createVerifier;
  readonly createPayloadId = ownStrictProtocol.createPayloadId;
  readonly formatCode = ownStrictProtocol.formatCode;

  async createSecrets(): Promise<CallSecrets> {
    const callKey = SecretBytes.random(32, 'call key');
    const secrets = {
      isDestroyed: false,
      callKey,
      comparisonNonce: SecretBytes.random(32, 'nonce'),
      keyPair: {
        publicKey: new Uint8Array(32),
        signer: createEd25519Signer(callKey),
        [Symbol.dispose]: () => undefined,
      },
      [Symbol.dispose]: () => void (secrets.isDestroyed = true),
    };
    this.secrets.push(secrets);
    return secrets;
  }

  async seal(options: SealCallOptions): Promise<SealedCall> {
    this.sealed.push(options);
    const context = {} as SealedCall['envelope']['context'];
    const bytes = new Uint8Array(32);
    const envelope = { context, contextHash: bytes, encapsulatedKey: bytes, ciphertext: bytes, signature: bytes };
    return { envelopeHex: '10ab', envelope };
  }

  createLink(options: OracleLinkOptions): ScriptedLink {
    const link = new ScriptedLink(options);
    this.links.push(link);
    return link;
  }

  async warmUp({ matrixUserId }: SealCallOptions['oracle']): Promise<void> {
    this.warmedUp.push(matrixUserId);
  }

  /** The link of the newest call. */
  get link(): ScriptedLink {
    const last = this.links.at(-1);
    if (last === undefined) throw new Error('No link was made yet.');
    return last;
  }
}

/** What a document shows; the same name gives the same keys. */
export function oracleKeysOf(did: Did, name: string): ResolvedOracle['keys'] {
  const publicKey = (salt: number): Uint8Array => new Uint8Array(32).fill((name.charCodeAt(0) + salt) % 256);
  return {
    did,
    envelopeKey: { methodId: `${did}#envelope`, suite: 'hpke-x25519', publicKey: publicKey(1) },
    identityKey: { methodId: `${did}#identity`, algorithm: 'Ed25519', publicKey: publicKey(2) },
    areIndependent: true,
    offersXWing: false,
  };
}

/** A signer that is only asked for its name, since the scripted protocol signs nothing. */
export function namedSigner(did: Did): CallSigner {
  const sign = (): Promise<Uint8Array> => Promise.reject(new Error('Nothing is signed here.'));
  return { did, methodId: `${did}#key`, algorithm: 'Ed25519', publicKey: new Uint8Array(32), sign };
}
