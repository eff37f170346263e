import { createJsonLogger, OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { ErrorCode } from '@oracle-calls/protocol';
import { Option } from 'commander';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { ReportedFailure } from '../terminal/exit-codes.ts';
import type { Output } from '../terminal/output.ts';
import { addAccountOptions } from './account/account-options.ts';
import { describeLine, describeReport } from './call-report.ts';
import { numberBetween, readSettings } from './call-settings.ts';
import type { CallFlags } from './call-settings.ts';
import { watchInterrupts } from './interrupts.ts';

const HELP = `
Says each text, or the file, once the oracle has greeted; waits for each answer
to end, and hangs up. Without --say, --wav or --pcm it tells the oracle what you
type, line by line. Ctrl-C hangs up.

A tool that the oracle has to ask for is never used unless you type y, or name
it with --approve. Without somebody who types, others are refused.

The first call makes a device of yours in the account's folder, with its keys. A
Matrix account that has a cross-signing identity already needs its recovery key
once (--recovery-key-file).`;

const DEFAULT_COLUMNS = 80;
/** A day; no call lasts longer anyway. */
const MAX_SECONDS = 86_400;

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** Adds `call` to the command line. */
export function addCallCommand(program: Command, output: Output): void {
  const command = addAccountOptions(program.command('call'))
    .summary('call an oracle, without a browser')
    .description('Calls an oracle, encrypted end to end, and talks to it without a browser.')
    .option('--accept-keys <sha256>', 'take changed keys of the oracle, named by the identity key that was refused')
    .addOption(
      new Option('--say <text>', 'say this; may be given more than once').argParser(collect).conflicts(['wav', 'pcm']),
    )
    .addOption(new Option('--wav <file>', 'say what this file holds: 16-bit PCM').conflicts('pcm'))
    .addOption(
      new Option('--pcm [hz]', 'say raw 16-bit mono sound from standard input, 48000 Hz by default').argParser(
        numberBetween(8_000, 192_000),
      ),
    )
    .option('--chat', 'write texts to the oracle instead of speaking them')
    .addOption(
      new Option('--speech-models <dir>', 'models that texts are spoken with').env('ORACLE_CALLS_SPEECH_MODELS'),
    )
    .option('--voice <name>', 'the voice that the oracle should have')
    .option('--language <tag>', 'the language to speak, such as en')
    .option('--session <id>', "the oracle's chat session that the call belongs to")
    .option('--no-memory', 'have the oracle keep nothing of this call in its memory')
    .option('--record <file.wav>', "write the oracle's voice to a file")
    .option('--max-seconds <n>', 'hang up after this', numberBetween(1, MAX_SECONDS))
    .addOption(
      new Option('--approve <tool>', 'let the oracle use this tool; may be given more than once').argParser(collect),
    )
    .addOption(
      new Option('--press <key>', 'answer quick replies by these keys, one after the other').argParser(collect),
    )
    .option('--verbose', 'log to standard error')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', HELP)
    .action((oracle: string, flags: CallFlags) => run(oracle, flags, output));
  withExamples(command, [
    'oracle-calls call did:ixo:my-oracle --homeserver https://matrix.example.org \\\n--user @me:example.org --password-file ~/password \\\n--say "What can you do?" --speech-models models/',
  ]);
}

async function run(oracle: string, flags: CallFlags, { out, error }: Output): Promise<void> {
  const settings = readSettings(oracle, flags);
  // A terminal that does not know its width says 0.
  const columns = process.stdout.columns || DEFAULT_COLUMNS;
  const progress = (line: string): void => error(`${line}\n`);
  using interrupts = watchInterrupts(() => progress('hanging up… (once more to stop at once)'));
  // Media and Matrix take a second to load: help and the other commands do without.
  const { placeCall } = await import('./place-call.ts');
  const report = await placeCall({
    settings,
    stdin: process.stdin,
    progress,
    said: (line) => (flags.json === true ? error : out)(describeLine(line, columns)),
    signal: interrupts.signal,
    logger: flags.verbose === true ? createJsonLogger(error, systemClock, { level: 'debug' }) : undefined,
  });
  if (flags.json === true) out(`${JSON.stringify(report, null, 2)}\n`);
  else if (report.oracleDid !== undefined) out(describeReport(report, columns));
  if (report.error === undefined) return;
  const failure = new OracleCallError(report.error.code as ErrorCode, report.error.message);
  if (flags.json !== true) throw failure;
  // The one document on stdout has told it already.
  error(`error: ${failure.message} (${failure.code})\n`);
  throw new ReportedFailure();
}
