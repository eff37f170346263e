import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { createCallId, parseMatrixEventId, parseSfuRoomName } from '../call-id.ts';
import { commitmentTo } from '../comparison-code/comparison-code.ts';
import type { Entropy } from '../kem/entropy.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { createEd25519Signer, createEd25519Verifier } from '../signing/ed25519.ts';
import { createEs256kSigner, createEs256kVerifier } from '../signing/es256k.ts';
import { HEARD_HERE } from '../hearing/call-hearing.ts';
import type { Signer, Verifier } from '../signing/signer.ts';
import { AgentHandshake, type AgentHandshakeOptions } from './agent-handshake.ts';
import type { CallSession } from './call-session.ts';
import { UserHandshake, type UserHandshakeOptions } from './user-handshake.ts';

export const USER = 'participant-user';
export const AGENT = 'participant-agent';

/** 32 bytes that depend on a name alone. */
export function fixedBytes(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(new TextEncoder().encode(`oracle-calls test bytes: ${name}`)));
}

export function fixedSecret(name: string): SecretBytes {
  return new SecretBytes(fixedBytes(name), name);
}

/** Random bytes that are the same in every run. */
export function fixedEntropy(name: string): Entropy {
  let count = 0;
  return {
    randomBytes(lengthBytes) {
      const bytes = new Uint8Array(lengthBytes);
      for (let offset = 0; offset < lengthBytes; offset += 32) {
        bytes.set(fixedBytes(`${name} ${count++}`).subarray(0, lengthBytes - offset), offset);
      }
      return bytes;
    },
  };
}

export interface KeyPair {
  readonly signer: Signer;
  readonly verifier: Verifier;
}

export function ed25519Pair(name: string): KeyPair {
  const key = fixedSecret(name);
  return {
    signer: createEd25519Signer(key),
    verifier: createEd25519Verifier(ed25519.getPublicKey(key.expose())),
  };
}

export function es256kPair(name: string): KeyPair {
  const key = fixedSecret(name);
  return {
    signer: createEs256kSigner(key),
    verifier: createEs256kVerifier(secp256k1.getPublicKey(key.expose())),
  };
}

export interface TestCall {
  readonly userOptions: UserHandshakeOptions;
  readonly agentOptions: AgentHandshakeOptions;
}

/** Options of both ends of one call; the same name gives the same call. */
export function testCall(name = 'a call', identity: KeyPair = ed25519Pair(`${name} identity`)): TestCall {
  const perCall = ed25519Pair(`${name} per-call key`);
  const binding = {
    contextHash: fixedBytes(`${name} context`),
    envelopeSignature: new Uint8Array([...fixedBytes(`${name} r`), ...fixedBytes(`${name} s`)]),
    callId: createCallId(parseMatrixEventId('$event'), parseSfuRoomName('lk-room')),
    callKey: fixedSecret(`${name} call key`),
  };
  const comparisonNonce = fixedSecret(`${name} nonce`);
  return {
    userOptions: {
      ...binding,
      userIdentity: USER,
      comparisonNonce,
      callSigner: perCall.signer,
      oracleVerifier: identity.verifier,
      entropy: fixedEntropy(`${name} user`),
    },
    agentOptions: {
      ...binding,
      userCommitment: commitmentTo(comparisonNonce.expose()),
      identitySigner: identity.signer,
      callVerifier: perCall.verifier,
      hearing: HEARD_HERE,
      entropy: fixedEntropy(`${name} agent`),
    },
  };
}

export interface Ends {
  readonly user: UserHandshake;
  readonly agent: AgentHandshake;
}

export function createEnds(call: TestCall = testCall()): Ends {
  return { user: new UserHandshake(call.userOptions), agent: new AgentHandshake(call.agentOptions) };
}

export interface Frames {
  readonly offer: Uint8Array<ArrayBuffer>;
  readonly accept: Uint8Array<ArrayBuffer>;
  readonly confirm: Uint8Array<ArrayBuffer>;
}

export interface Handshaken {
  readonly userSession: CallSession;
  readonly agentSession: CallSession;
  readonly frames: Frames;
}

/** A whole attempt without an attacker. */
export async function shakeHands({ user, agent }: Ends, attempt = 1): Promise<Handshaken> {
  const offer = await agent.begin({ attempt, userIdentity: USER, agentIdentity: AGENT });
  const accepted = await user.receive(offer, AGENT);
  if (accepted.kind !== 'accepted') throw new Error(`The user said ${accepted.kind}.`);
  const confirmed = await agent.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(`The agent said ${confirmed.kind}.`);
  const done = await user.receive(confirmed.frame, AGENT);
  if (done.kind !== 'confirmed') throw new Error(`The user said ${done.kind}.`);
  const frames = { offer, accept: accepted.frame, confirm: confirmed.frame };
  return { userSession: done.session, agentSession: confirmed.session, frames };
}

/** The error code of an outcome, or its kind when nothing was refused. */
export function codeOf(outcome: { readonly kind: string; readonly error?: { readonly code: string } }): string {
  return outcome.error?.code ?? outcome.kind;
}

/** A copy with one bit changed. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  const index = Math.floor(bit / 8) % changed.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << (bit % 8));
  return changed;
}
