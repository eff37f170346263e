import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where servers and model weights are kept between checkouts. */
export function toolCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['ORACLE_CALLS_CACHE'];
  if (own !== undefined && own !== '') return own;
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'oracle-calls');
}
