import type { DIDDocument, DIDResolutionResult } from 'did-resolver';
import * as v from 'valibot';
import type { ErrorCode } from '../errors/error-table.ts';
import { isOracleCallError, OracleCallError } from '../errors/oracle-call-error.ts';

/*
 * The standard resolver interface reports failures as words in `didResolutionMetadata.error` (DID Resolution, section
 * "Errors"), we as codes. Both tables stand here.
 */
const WORD_OF_CODE: Partial<Record<ErrorCode, string>> = {
  ERR_DID_MALFORMED: 'invalidDid',
  ERR_DID_NOT_RESOLVED: 'notFound',
  ERR_DID_DOCUMENT: 'invalidDidDocument',
  ERR_DID_UNSUPPORTED: 'addressNotAllowed',
};
/** A map, not an object: the words come from strangers. */
const CODE_OF_WORD: ReadonlyMap<string, ErrorCode> = new Map([
  ['invalidDid', 'ERR_DID_MALFORMED'],
  ['notFound', 'ERR_DID_NOT_RESOLVED'],
  ['invalidDidDocument', 'ERR_DID_DOCUMENT'],
  ['addressNotAllowed', 'ERR_DID_UNSUPPORTED'],
  // The older and the newer word for the same.
  ['unsupportedDidMethod', 'ERR_DID_UNSUPPORTED'],
  ['methodNotSupported', 'ERR_DID_UNSUPPORTED'],
  ['representationNotSupported', 'ERR_DID_UNSUPPORTED'],
] as const);

/** A document as anybody may have written it: only what every document must have is checked here. */
const documentSchema = v.looseObject({ id: v.string() });

/** Turns what a resolver of ours did into the standard result. Aborts and bugs pass through. */
export async function toResolution(work: () => Promise<DIDDocument>): Promise<DIDResolutionResult> {
  try {
    const didDocument = await work();
    return { didDocument, didDocumentMetadata: {}, didResolutionMetadata: { contentType: 'application/did+json' } };
  } catch (error) {
    const word = error instanceof OracleCallError ? WORD_OF_CODE[error.code] : undefined;
    if (!(error instanceof OracleCallError) || word === undefined) throw error;
    return {
      didDocument: null,
      didDocumentMetadata: {},
      didResolutionMetadata: { error: word, message: error.message, cause: error },
    };
  }
}

/**
 * The document of a resolution result of any resolver.
 *
 * @throws {OracleCallError} `ERR_DID_*` by the result's error word, `ERR_DID_DOCUMENT` when it is of another DID or deactivated
 */
export function readResolution(did: string, result: DIDResolutionResult): DIDDocument {
  const { error, cause } = result.didResolutionMetadata as Record<string, unknown>;
  if (isOracleCallError(cause)) throw cause;
  if (typeof error === 'string') {
    // Not the resolver's own text: that may be anything.
    throw new OracleCallError(CODE_OF_WORD.get(error) ?? 'ERR_DID_NOT_RESOLVED', undefined, { cause });
  }
  if (result.didDocumentMetadata.deactivated === true) {
    throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID is deactivated.');
  }
  return readDocument(did, result.didDocument);
}

/** @throws {OracleCallError} `ERR_DID_DOCUMENT` when the value is no DID document, or that of another DID */
export function readDocument(did: string, value: unknown): DIDDocument {
  if (!v.is(documentSchema, value)) throw new OracleCallError('ERR_DID_DOCUMENT', 'This is no DID document.');
  if (value.id !== did) throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID document is of another DID.');
  return value;
}
