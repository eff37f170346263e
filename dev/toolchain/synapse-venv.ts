import { existsSync } from 'node:fs';
import { DevError } from '../process/dev-error.ts';
import { synapsePython, toolCacheDir } from './tool-cache.ts';
export async function ensureSynapse(_o: { readonly report?: (line: string) => void } = {}): Promise<string> {
  const python = synapsePython(toolCacheDir());
  if (!existsSync(python)) throw new DevError('ERR_DEV_TOOL_MISSING', `Synapse is not installed`);
  return python;
}
