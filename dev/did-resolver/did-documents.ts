import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const documentSchema = v.looseObject({ id: v.string() });

export type DidDocumentRecord = v.InferOutput<typeof documentSchema>;

/**
 * The document of `did` among the `*.json` files of a folder, read anew each time: whoever changes a file sees the
 * change at the next question. A file that is no DID document is passed over.
 */
export async function findDidDocument(folder: string, did: string): Promise<DidDocumentRecord | undefined> {
  for (const name of await jsonFiles(folder)) {
    const document = tryDocument(await readFile(join(folder, name), 'utf8'));
    if (document?.id === did) return document;
  }
  return undefined;
}

async function jsonFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

function tryDocument(text: string): DidDocumentRecord | undefined {
  try {
    const parsed = v.safeParse(documentSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
