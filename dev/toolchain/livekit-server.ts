import { existsSync } from 'node:fs';
import { DevError } from '../process/dev-error.ts';
import { livekitBinary, toolCacheDir } from './tool-cache.ts';
export async function ensureLiveKit(_o: { readonly report?: (line: string) => void } = {}): Promise<string> {
  const binary = livekitBinary(toolCacheDir());
  if (!existsSync(binary)) throw new DevError('ERR_DEV_TOOL_MISSING', `LiveKit server is not installed`);
  return binary;
}
