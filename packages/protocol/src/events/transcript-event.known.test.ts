import { hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/transcripts.json' with { type: 'json' };
import { CHAT_MAX_LENGTH } from '../data-frame/payload.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { parseTranscriptEvent, TRANSCRIPT_TEXT_MAX_LENGTH, transcriptBodySchema } from './transcript-event.ts';
import { openTranscriptPart, sealTranscriptPart, TRANSCRIPT_KEY_LABEL } from './transcript-seal.ts';
import { parseWith } from '../parse.ts';

interface Rejected {
  readonly name: string;
  readonly account?: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly code: string;
}

const accountKey = new SecretBytes(hexToBytes(vectors.accountKeyHex), 'account key');
const { account } = vectors;

async function read(content: unknown, reader = account): Promise<unknown> {
  const { callId, part, sealed } = parseTranscriptEvent(content);
  return await openTranscriptPart(accountKey, { callId, part, account: reader }, sealed);
}

test("the account's key is derived from the private user-signing key", async () => {
  const secret = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(hexToBytes(vectors.userSigningKeyHex)),
    'HKDF',
    false,
    ['deriveBits'],
  );
  const info = new TextEncoder().encode(TRANSCRIPT_KEY_LABEL);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info };
  expect(new Uint8Array(await crypto.subtle.deriveBits(how, secret, 256))).toEqual(accountKey.expose());
});

test.each(vectors.accepted)('opened, and sealed again: $name', async ({ content, body, saltHex }) => {
  await expect(read(content)).resolves.toEqual(body);
  const { callId, part } = parseTranscriptEvent(content);
  const clear = parseWith(transcriptBodySchema, body);
  const sealed = await sealTranscriptPart(
    accountKey,
    { callId, part, account },
    clear,
    new Uint8Array(hexToBytes(saltHex)),
  );
  expect(sealed).toBe(content.sealed);
});

test.each<Rejected>(vectors.rejected)(
  'refused: $name, as $code',
  async ({ account: reader, change, remove = [], code }) => {
    const content: Record<string, unknown> = { ...vectors.accepted[0]?.content, ...change };
    for (const field of remove) delete content[field];
    await expect(read(content, reader)).rejects.toMatchObject({ code });
  },
);

test('a chat message is as long as a line may be', () => {
  expect(TRANSCRIPT_TEXT_MAX_LENGTH).toBe(CHAT_MAX_LENGTH);
});
