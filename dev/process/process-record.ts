import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { tryRead } from './private-file.ts';
import { signalGroup } from './process-group.ts';
import { processIdentity } from './process-identity.ts';

/** Below the state folder. */
export const RECORDS_FOLDER = 'processes';

const recordSchema = v.object({ name: v.string(), pid: v.number(), identity: v.string() });

/**
 * Writes down that a process runs, so that a later start on the same state finds it should this process be killed
 * without a chance to clean up. Synchronous: between spawn and record nothing may come.
 *
 * @returns removes the record.
 */
export function recordProcess(dir: string, name: string, pid: number): () => void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, `${pid}.json`);
  writeFileSync(file, JSON.stringify({ name, pid, identity: processIdentity(pid) ?? '' }), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** How long killed leftovers may take to vanish. */
const BURIAL_MS = 3000;

/**
 * Ends the process groups that a killed run left behind: exactly those recorded in `dir` whose leader still is the
 * process that was started then.
 *
 * @returns their names.
 */
export async function endLeftovers(dir: string, clock: Clock = systemClock): Promise<string[]> {
  const names = await Promise.all((await listRecords(dir)).map((entry) => endLeftover(join(dir, entry), clock)));
  return names.filter((name) => name !== undefined);
}

async function endLeftover(file: string, clock: Clock): Promise<string | undefined> {
  const record = parseRecord(await tryRead(file));
  const isThere = (): boolean => record !== undefined && processIdentity(record.pid) === record.identity;
  const wasThere = isThere();
  if (record !== undefined && wasThere) {
    signalGroup(record.pid, 'SIGKILL');
    for (let waited = 0; isThere() && waited < BURIAL_MS; waited += 20) await clock.sleep(20);
  }
  await rm(file, { force: true });
  return wasThere ? record?.name : undefined;
}

async function listRecords(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((entry) => entry.endsWith('.json'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

function parseRecord(text: string | undefined): v.InferOutput<typeof recordSchema> | undefined {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(text ?? ''));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
