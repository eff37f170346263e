import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where an account's device, keys and known oracles are kept unless the user says otherwise: the user's own configuration folder. */
export function defaultAccountFolder(userId: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  // A Matrix id may hold `/` (appendices, "User identifiers").
  return join(base, 'oracle-calls', encodeURIComponent(userId));
}
