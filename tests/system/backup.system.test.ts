import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { startPostgres, type Postgres } from '../../dev/postgres/postgres.ts';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { CallPlacer } from './database/call-placer.ts';
import { oracleCalls } from './database/operator-command.ts';

const sessionSchema = v.object({ deviceId: v.string(), accessToken: v.string() });

interface Scene extends AsyncDisposable {
  readonly stack: Stack;
  readonly folder: string;
  /** Every line of the backend. */
  readonly log: string[];
  /** Runs the operator's command line. */
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Loses everything that the backend keeps. */
  wipe(): Promise<void>;
}

/** A backend on real servers with one of the databases, without agent and page. */
async function openScene(kind: 'sqlite' | 'postgres'): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-backup-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const databaseUrlFile = join(folder, 'database.url');
  let postgres: Postgres | undefined;
  if (kind === 'postgres') {
    postgres = opened.use(await startPostgres());
    await writeFile(databaseUrlFile, `${await postgres.createDatabase('calls')}\n`, { mode: 0o600 });
  }
  const log: string[] = [];
  const stack = opened.use(
    await startStack({
      stateDir: join(folder, 'state'),
      preferredPorts: 'any',
      agent: false,
      web: false,
      olderProtocol: 'allow',
      databaseUrlFile: kind === 'postgres' ? databaseUrlFile : undefined,
      log: (part, line) => {
        if (part === 'backend') log.push(line);
      },
    }),
  );
  const held = opened.move();
  return {
    stack,
    folder,
    log,
    run: (...args) => oracleCalls(args, postgres?.binDir),
    wipe: async () => {
      await postgres?.query('calls', 'drop schema public cascade; create schema public');
      for (const name of await readdir(stack.paths.backendDir)) {
        if (name !== 'backend.json') await rm(join(stack.paths.backendDir, name), { recursive: true });
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

const session = async ({ paths }: Stack): Promise<v.InferOutput<typeof sessionSchema>> =>
  v.parse(sessionSchema, JSON.parse(await readFile(join(paths.backendDir, 'matrix', 'session.json'), 'utf8')));

async function devices({ homeserverUrl }: Stack, accessToken: string): Promise<readonly string[]> {
  const response = await fetch(`${homeserverUrl}/_matrix/client/v3/devices`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const schema = v.object({ devices: v.array(v.object({ device_id: v.string() })) });
  return v.parse(schema, await response.json()).devices.map((device) => device.device_id);
}

describe.each(['sqlite', 'postgres'] as const)('a backend on %s', (kind) => {
  test(
    'keeps its promises through kill -9, and comes back from its backups as the same account',
    { timeout: 300_000 },
    async () => {
      await using scene = await openScene(kind);
      const { stack, run, folder } = scene;
      await using alice = await CallPlacer.open(stack);
      const config = join(stack.paths.backendDir, 'backend.json');
      const passphrase = join(folder, 'passphrase');
      await writeFile(passphrase, 'correct horse battery staple\n', { mode: 0o600 });
      const locked = ['--config', config, '--passphrase-file', passphrase];
      const running = join(folder, 'running.backup');
      const stopped = join(folder, 'stopped.backup');

      // A ticket works once, also when the process is killed right after.
      const first = await alice.place();
      const ticket = await alice.ticketOf(first);
      expect(await alice.claim(first, ticket)).toMatchObject({ status: 200 });
      await stack.restartBackend({ signal: 'SIGKILL' });
      expect(await alice.claim(first, ticket)).toMatchObject({ status: 403, code: 'ERR_CALL_TICKET' });
      expect(await alice.key(first)).toEqual({ status: 200 });

      // While it runs: everything but the device. When it is stopped: everything.
      expect(
        JSON.parse((await run('backup', '--json', '--out', running, ...locked)).split('\n').at(-1) ?? ''),
      ).toMatchObject({
        encrypted: true,
        database: { kind },
        matrix: [{ copy: 'identity' }],
      });
      await alice.end(first);
      const second = await alice.place();
      const before = await session(stack);
      const known = await alice.list();
      await stack.stopBackend();
      expect(await run('backup', '--out', stopped, ...locked)).toContain('with its device');
      expect((await stat(stopped)).mode & 0o777).toBe(0o600);

      // Lost and restored on the same device: the call goes on, old and new events open.
      await scene.wipe();
      await run('restore', stopped, '--same-device', ...locked);
      await stack.startBackend();
      expect(await session(stack)).toEqual(before);
      expect(await alice.list()).toEqual(known);
      expect(await alice.key(second)).toEqual({ status: 200 });
      await alice.end(second);
      const third = await alice.place();
      expect(await alice.key(third)).toEqual({ status: 200 });

      // Back to the older backup: never over what is there by mistake, nor while it runs, nor as the device of then.
      await expect(run('restore', running, ...locked, '--force')).rejects.toThrow('ERR_MATRIX_STORE_IN_USE');
      await stack.stopBackend();
      await expect(run('restore', running, ...locked)).rejects.toThrow('ERR_CLI_FILE_EXISTS');
      await expect(run('restore', running, ...locked, '--force', '--same-device')).rejects.toThrow('ERR_CLI_BACKUP');
      expect(await session(stack)).toEqual(before);
      expect(await run('restore', running, ...locked, '--force')).toContain('Kept aside: ');
      await stack.startBackend();
      const after = await session(stack);
      expect(after.deviceId).not.toBe(before.deviceId);
      // Another device of the same identity: callers go on sealing for it without being asked, and no more for the old one.
      const signedIn = await devices(stack, after.accessToken);
      expect(signedIn).toContain(after.deviceId);
      expect(signedIn).not.toContain(before.deviceId);
      const fourth = await alice.place();
      expect(await alice.key(fourth)).toEqual({ status: 200 });
      const ids = (await alice.list()).map(([callId]) => callId);
      expect(ids).toEqual([fourth.callId, first.callId]);
    },
  );
});
