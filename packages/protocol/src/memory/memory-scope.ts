import { ByteWriter } from '../byte-layout/byte-writer.ts';
import type { Did } from '../did/did.ts';
import { type HashFields, labelledHash, textField } from '../key-schedule/labelled-hash.ts';

/** Whose memory of what: one oracle's, of one session with one user. All four are known from the call's signed context. */
export interface MemoryScope {
  readonly oracleDid: Did;
  /** As the user's signature proved it. */
  readonly userDid: Did;
  /** The account that called: whoever erases a memory signs in as it. */
  readonly matrixUserId: string;
  readonly sessionId: string;
}

const fieldsOf = ({ oracleDid, userDid, matrixUserId, sessionId }: MemoryScope): HashFields => [
  ['oracleDid', textField(oracleDid)],
  ['userDid', textField(userDid)],
  ['matrixUserId', textField(matrixUserId)],
  ['sessionId', textField(sessionId)],
];

/** What stands for a scope where its names are not needed. */
export const hashMemoryScope = (scope: MemoryScope): Uint8Array<ArrayBuffer> =>
  labelledHash('memory scope', fieldsOf(scope));

/** What a record is sealed and signed for: its scope and its own header. */
export const hashMemoryContext = (scope: MemoryScope, header: Uint8Array): Uint8Array<ArrayBuffer> =>
  labelledHash('memory context', [...fieldsOf(scope), ['header', header]]);

/** What the oracle signs: a context and everything that is sealed for it. */
export const hashMemoryRecord = (contextHash: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> =>
  labelledHash('memory record', [
    ['context', contextHash],
    ['sealed', new ByteWriter().rest(sealed).finish()],
  ]);
