import { homedir } from 'node:os';
import { join } from 'node:path';

/** Pinned: seen to work together on this protocol. Raise them only with the system tests. */
export const LIVEKIT_VERSION = '1.13.5';
export const SYNAPSE_SERIES = '1.163';

/** Where servers and model weights are kept between checkouts. */
export function toolCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['ORACLE_CALLS_CACHE'];
  if (own !== undefined && own !== '') return own;
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'oracle-calls');
}

export function livekitBinary(cacheDir: string): string {
  return join(cacheDir, `livekit-${LIVEKIT_VERSION}`, 'server');
}

export function synapsePython(cacheDir: string): string {
  return join(cacheDir, `synapse-${SYNAPSE_SERIES}`, 'bin', 'python');
}
