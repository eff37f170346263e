import { createJsonLogger, silentLogger, systemClock } from '@oracle-calls/protocol';
import { Option } from 'commander';
import type { Command } from 'commander';
import { addAccountOptions, readAccountSettings } from '../call/account/account-options.ts';
import type { AccountFlags } from '../call/account/account-options.ts';
import { watchInterrupts } from '../call/interrupts.ts';
import { withExamples } from '../terminal/examples.ts';
import type { Output } from '../terminal/output.ts';
import { forgetMemory } from './forget-memory.ts';

interface ForgetFlags extends AccountFlags {
  readonly session?: string;
  readonly all?: true;
  readonly yes?: true;
  readonly verbose?: true;
  readonly json?: true;
}

const HELP = `
An oracle that remembers keeps what was said in a session, sealed to its own
key, for your next call in it. Without --session and --all the sessions are
listed. What is forgotten is gone for good, and a call in progress in that
session keeps nothing. The calls themselves stay in your list, and transcripts
that you kept stay in your room.`;

/** Adds `forget` to the command line. */
export function addForgetCommand(program: Command, output: Output): void {
  const command = addAccountOptions(program.command('forget'))
    .summary('have an oracle forget what it remembers of you')
    .description('Shows of which sessions an oracle remembers something, and has it forgotten.')
    .addOption(new Option('--session <id>', 'forget this session').conflicts('all'))
    .option('--all', 'forget all sessions with this oracle')
    .option('--yes', 'do not ask')
    .option('--verbose', 'log to standard error')
    .option('--json', 'print the result as one JSON object; asks nothing, so it takes --yes')
    .addHelpText('after', HELP)
    .action((oracle: string, flags: ForgetFlags) => run(oracle, flags, output, command));
  withExamples(command, [
    'oracle-calls forget did:ixo:my-oracle \\\n--homeserver https://matrix.example.org --user @me:example.org \\\n--password-file ~/password',
    'oracle-calls forget did:ixo:my-oracle \\\n--homeserver https://matrix.example.org --user @me:example.org \\\n--password-file ~/password --all --yes',
  ]);
}

async function run(oracle: string, flags: ForgetFlags, { out, error }: Output, command: Command): Promise<void> {
  const isForgetting = flags.all === true || flags.session !== undefined;
  const isInteractive = process.stdin.isTTY && flags.json !== true;
  if (isForgetting && flags.yes !== true && !isInteractive) {
    command.error('error: nobody can be asked here, and what is forgotten is gone: say --yes');
  }
  const progress = (line: string): void => error(`${line}\n`);
  using interrupts = watchInterrupts(() => progress('breaking off… (once more to stop at once)'));
  // Matrix takes a second to load: help and the other commands do without.
  const { openCaller } = await import('../call/caller.ts');
  progress('signing in…');
  await using caller = await openCaller({
    settings: { ...readAccountSettings(flags), oracle },
    clock: systemClock,
    logger: flags.verbose === true ? createJsonLogger(error, systemClock, { level: 'debug' }) : silentLogger,
    onHeard: () => undefined,
    signal: interrupts.signal,
  });
  const { calls, oracleDid } = caller;
  await forgetMemory({
    memory: calls.memory,
    oracleDid,
    which: isForgetting ? { sessionId: flags.session } : undefined,
    input: isInteractive && flags.yes !== true ? process.stdin : undefined,
    isJson: flags.json === true,
    output: { out, error },
    signal: interrupts.signal,
  });
}
