import { didKeyOf } from '@oracle-calls/protocol/did';
import type { CallSigner } from '@oracle-calls/protocol/signing';

/** A DID document in which a key signs for somebody, under the method that the signer names. */
export function userDocument(did: string, { methodId, publicKey }: CallSigner): { readonly id: string } {
  // A `did:key` is the multikey itself.
  const publicKeyMultibase = didKeyOf('ed25519', publicKey).slice('did:key:'.length);
  const document = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [{ id: methodId, type: 'Multikey', controller: did, publicKeyMultibase }],
    assertionMethod: [methodId],
    authentication: [methodId],
  };
  return document;
}
