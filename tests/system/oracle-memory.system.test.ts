import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as v from 'valibot';
import { BACKEND_FOLDER } from '../../dev/stack/oracle-processes.ts';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { CommandLine, type CommandReport } from './cli-call/command-line.ts';

const SESSION = 'session-that-is-remembered';
/** Nobody says this by chance: it is searched for in everything that the backend holds or prints. */
const CANARY = 'quetzalcoatlus';
const MAX_MS = 300_000;

let stack: Stack;
let stateDir: string;
const log: string[] = [];

beforeAll(async () => {
  await ensureToolchain({ chromium: false });
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-memory-'));
  stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    web: false,
    agent: false,
    log: (part, line) => void log.push(`${part} | ${line}`),
  });
  const configFile = join(stateDir, 'agent', 'agent.json');
  const config = v.parse(v.record(v.string(), v.unknown()), JSON.parse(await readFile(configFile, 'utf8')));
  const definitionFile = fileURLToPath(new URL('oracle-memory/remembering-oracle.ts', import.meta.url));
  await writeFile(configFile, JSON.stringify({ ...config, oracle: { definitionFile } }));
  await stack.startAgent();
  await stack.agentWarm(AbortSignal.timeout(90_000));
}, MAX_MS);

afterAll(async () => {
  await stack?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const command = (name: 'call' | 'forget', ...more: readonly string[]): CommandLine => {
  const { userId, passwordFile } = stack.users.alice;
  return new CommandLine([
    ...[name, stack.oracleDid, '--homeserver', stack.homeserverUrl, '--user', userId, '--password-file', passwordFile],
    ...['--recovery-key-file', join(stateDir, 'accounts', 'alice.recovery-key'), '--store', join(stateDir, 'caller')],
    ...['--resolver', stack.didResolverUrl, '--allow-private-addresses', '--json', ...more],
  ]);
};

/** What the oracle said in a call in which this was written. */
async function hear(text: string, ...more: readonly string[]): Promise<string> {
  using call = command('call', '--say', text, '--chat', '--session', SESSION, ...more);
  const { report, stderr } = await call.finished();
  expect(report, `${stderr}\n${log.slice(-40).join('\n')}`).toMatchObject({ ok: true, encrypted: true, unanswered: 0 });
  return saidBy(report);
}

const saidBy = ({ transcript }: CommandReport): string =>
  transcript
    .filter(({ speaker }) => speaker === 'oracle')
    .map(({ text }) => text)
    .join(' ');

const forgetSchema = v.object({ forgotten: v.optional(v.number()), sessions: v.optional(v.array(v.unknown())) });

async function forget(...more: readonly string[]): Promise<v.InferOutput<typeof forgetSchema>> {
  using run = command('forget', ...more);
  return v.parse(forgetSchema, (await run.finishedDocument()).document);
}

/** Everything that stands in the backend's folder, as it stands there. */
async function backendBytes(): Promise<string> {
  const dir = join(stateDir, BACKEND_FOLDER);
  const files = (await readdir(dir)).filter((name) => name.startsWith('calls.db'));
  return (await Promise.all(files.map((name) => readFile(join(dir, name), 'latin1')))).join('\n');
}

test(
  'an oracle remembers a session until it is told to forget, and the backend reads nothing of it',
  { timeout: MAX_MS },
  async () => {
    expect(await hear(`My bird is a ${CANARY}`)).toContain('Before that I know of nothing. Question 1.');
    const second = await hear('And my dog is called Rex');
    expect(second).toContain(`Before that you said: My bird is a ${CANARY}. Question 2.`);
    // A call that is not to be remembered knows of the others, and leaves nothing.
    expect(await hear('This is between us', '--no-memory')).toContain('And my dog is called Rex. Question 3.');
    expect(await hear('Which was the last')).toContain('And my dog is called Rex. Question 3.');

    expect((await forget()).sessions).toHaveLength(1);
    const bytes = await backendBytes();
    expect(bytes).toContain(SESSION);
    for (const held of [bytes, log.join('\n')]) {
      for (const word of [CANARY, 'Rex', 'between us']) expect(held).not.toContain(word);
    }

    expect((await forget('--session', SESSION, '--yes')).forgotten).toBe(1);
    expect((await forget()).sessions).toEqual([]);
    expect(await hear('Do you know me')).toContain('Before that I know of nothing. Question 1.');
  },
);
