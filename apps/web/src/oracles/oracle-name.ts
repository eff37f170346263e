import { didSchema } from '@oracle-calls/protocol';
import { isMatrixUserId } from '@oracle-calls/matrix';
import type { OracleName } from '@oracle-calls/sdk';
import * as v from 'valibot';

/** What a person typed: a DID, or a Matrix id with or without spaces around. `undefined` for anything else. */
export function parseOracleName(text: string): OracleName | undefined {
  const trimmed = text.trim();
  if (isMatrixUserId(trimmed)) return { matrixUserId: trimmed };
  const did = v.safeParse(didSchema, trimmed);
  return did.success ? { oracleDid: did.output } : undefined;
}

/** How an oracle is called in a list: by the name that its homeserver gives it, or that of its account, or its DID. */
export function shortNameOf({
  name,
  matrixUserId,
  oracleDid,
}: {
  readonly name?: string | undefined;
  readonly matrixUserId?: string | undefined;
  readonly oracleDid: string;
}): string {
  return name ?? matrixUserId?.slice(1).split(':')[0] ?? oracleDid;
}
