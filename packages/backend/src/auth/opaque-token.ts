import { createHash, randomBytes } from 'node:crypto';
import { BearerSecret } from '@oracle-calls/protocol';

/** 256 bits: nobody guesses it, so a plain hash of it is safe to store. */
const OPAQUE_TOKEN_BYTES = 32;

/** 128 bits in hex: names somebody in one SFU room and says nothing about them. */
const IDENTITY_BYTES = 16;

/** A fresh random bearer secret in URL-safe base64. */
export function createOpaqueToken(label: string): BearerSecret {
  return new BearerSecret(randomBytes(OPAQUE_TOKEN_BYTES).toString('base64url'), label);
}

/** A fresh random SFU identity for a user. */
export function createUserIdentity(): string {
  return `u-${randomBytes(IDENTITY_BYTES).toString('hex')}`;
}

/** SHA-256 in hex: what is stored instead of a bearer secret. */
export function hashToken(token: BearerSecret): string {
  return createHash('sha256').update(token.expose()).digest('hex');
}
