import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readWav } from '@oracle-calls/node-media/pcm';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { QUESTION, recognise } from '../../dev/demo/spoken-question.ts';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { CommandLine, type CommandReport } from './cli-call/command-line.ts';
import { sharedWords } from './words.ts';

let stack: Stack;
let stateDir: string;
let weightsDir: string;
const log: string[] = [];

beforeAll(async () => {
  const tools = await ensureToolchain({ chromium: false });
  weightsDir = tools.weightsDir ?? '';
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-cli-call-'));
  stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    web: false,
    log: (part, line) => void log.push(`${part} | ${line}`),
  });
  await stack.agentWarm(AbortSignal.timeout(90_000));
});

afterAll(async () => {
  await stack?.close();
  await rm(stateDir, { recursive: true, force: true });
});

interface Who {
  readonly name: 'alice' | 'bob';
  readonly passwordFile?: string;
}

function call(oracle: string, { name, passwordFile }: Who, ...more: readonly string[]): CommandLine {
  const user = stack.users[name];
  return new CommandLine([
    'call',
    oracle,
    ...['--homeserver', stack.homeserverUrl, '--user', user.userId],
    ...['--password-file', passwordFile ?? user.passwordFile],
    ...['--recovery-key-file', join(stateDir, 'accounts', `${name}.recovery-key`)],
    ...['--store', join(stateDir, `caller-${name}`), '--resolver', stack.didResolverUrl, '--allow-private-addresses'],
    '--json',
    ...more,
  ]);
}

const said = ({ transcript }: CommandReport, speaker: string): string =>
  transcript
    .filter((line) => line.speaker === speaker)
    .map(({ text }) => text)
    .join(' ');

const ALICE: Who = { name: 'alice' };
const MAX_MS = 120_000;

describe('oracle-calls call', () => {
  test('asks a question aloud and hears the answer, encrypted', { timeout: MAX_MS }, async () => {
    const recording = join(stateDir, 'oracle.wav');
    const speech = ['--say', QUESTION, '--speech-models', weightsDir, '--record', recording];
    using command = call(stack.oracleDid, ALICE, ...speech);
    const { exitCode, report, stderr } = await command.finished();
    expect(report, stderr).toMatchObject({
      ok: true,
      status: 'ended',
      endReason: 'hangup',
      encrypted: true,
      unanswered: 0,
      // The agent of the stack has its models on its machine, and says so under the oracle's signature.
      security: { padlock: 'encrypted', keyState: 'first-contact', pinsAreKept: true, hearing: HEARD_HERE },
    });
    expect(stderr).toContain("heard on this oracle's machine only");
    expect(exitCode).toBe(0);
    expect(sharedWords(QUESTION, said(report, 'user'))).toBeGreaterThan(0.6);
    const answer = said(report, 'oracle');
    expect(answer, stderr).not.toBe('');
    for (const stage of ['eventSent', 'joinToken', 'handshake', 'oracleAudible', 'ended']) {
      expect(report.timeline[stage], stage).toBeGreaterThanOrEqual(0);
    }
    // What was recorded is what the oracle said, and nobody else may read it.
    const { samples, sampleRate } = readWav(await readFile(recording));
    expect(sharedWords(answer, await recognise(weightsDir, samples, sampleRate))).toBeGreaterThan(0.4);
    expect((await stat(recording)).mode & 0o777).toBe(0o600);
    for (const name of ['known-oracles.json', 'user-key.json']) {
      expect((await stat(join(stateDir, 'caller-alice', name))).mode & 0o777, name).toBe(0o600);
    }
    // Nobody else spoke of the call: one document on standard output, and no secret anywhere.
    expect(`${stderr}${log.join('\n')}`).not.toContain(stack.users.alice.password);
  });

  test(
    'writes what is typed to an oracle that is known by its account, and hangs up at Ctrl-C',
    { timeout: MAX_MS },
    async () => {
      using command = call(stack.oracleUserId, ALICE, '--chat');
      command.type(`${QUESTION}\n`);
      await expect.poll(() => command.stderr, { timeout: 60_000 }).toMatch(/^oracle {3}/m);
      command.kill('SIGINT');
      const { exitCode, report, stderr } = await command.finished();
      expect(report, stderr).toMatchObject({
        ok: true,
        endReason: 'hangup',
        encrypted: true,
        security: { keyState: 'same' },
      });
      expect(report.transcript).toContainEqual(
        expect.objectContaining({ speaker: 'user', text: QUESTION, how: 'written' }),
      );
      expect(exitCode).toBe(0);
    },
  );

  test(
    'says what is wrong: an unknown DID, a wrong password, an agent that is not there',
    { timeout: MAX_MS },
    async () => {
      const wrongPassword = join(stateDir, 'wrong.password');
      await writeFile(wrongPassword, 'not the password', { mode: 0o600 });
      await stack.stopAgent();
      using unknown = call('did:ixo:nobody', ALICE, '--chat', '--say', 'Hello?');
      using refused = call(stack.oracleDid, { name: 'bob', passwordFile: wrongPassword }, '--chat', '--say', 'Hello?');
      const [nobody, password] = await Promise.all([unknown.finished(), refused.finished()]);
      expect(nobody).toMatchObject({ exitCode: 1, report: { ok: false, error: { code: 'ERR_DID_NOT_RESOLVED' } } });
      expect(nobody.stderr).toContain('(ERR_DID_NOT_RESOLVED)');
      expect(password).toMatchObject({ exitCode: 1, report: { ok: false, error: { code: 'ERR_AUTH_INVALID' } } });
      using unheard = call(stack.oracleDid, ALICE, '--chat', '--say', 'Hello?');
      expect(await unheard.finished()).toMatchObject({
        exitCode: 1,
        report: { ok: false, status: 'failed', encrypted: false, error: { code: 'ERR_MEDIA_ORACLE_ABSENT' } },
      });
    },
  );
});
