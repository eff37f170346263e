import { RING_LIFETIME_MAX_MS, RING_LIFETIME_MIN_MS } from '@oracle-calls/protocol';
import type { RingRecord } from '@oracle-calls/protocol/http';
import { Option, type Command } from 'commander';
import { watchInterrupts } from '../call/interrupts.ts';
import { withExamples } from '../terminal/examples.ts';
import { ReportedFailure } from '../terminal/exit-codes.ts';
import { matrixUserValue, serverUrlValue, wholeNumberValue } from '../terminal/option-values.ts';
import { jsonLine, type Output } from '../terminal/output.ts';

interface RingFlags {
  readonly backend: string;
  readonly apiKeyFile: string;
  readonly video?: true;
  readonly reason?: string;
  readonly session?: string;
  readonly lifetimeSeconds?: number;
  readonly wait?: true;
  readonly json?: true;
}

const HELP = `
Only people who have called the oracle can be rung, and a few times an hour.
Without --wait the command ends as soon as it rings. With it, Ctrl-C takes the
ring back, and the exit code is 1 unless the person accepted.`;

/** Adds `ring` to the command line. */
export function addRingCommand(program: Command, output: Output): void {
  const command = program
    .command('ring')
    .summary("ring a person, for an oracle's operator")
    .description('Lets an oracle call a person: every device of theirs rings.')
    .argument('<user>', "the person's Matrix id", matrixUserValue)
    .addOption(
      new Option('--backend <url>', "address of the oracle's backend")
        .env('ORACLE_CALLS_BACKEND')
        .argParser(serverUrlValue)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--api-key-file <file>', "holds the oracle's API key")
        .env('ORACLE_CALLS_API_KEY_FILE')
        .makeOptionMandatory(),
    )
    .option('--video', 'a video call')
    .option('--reason <text>', 'why, in one line; the person reads it')
    .option('--session <id>', 'the chat session that the call belongs to')
    .option(
      '--lifetime-seconds <n>',
      'how long it rings',
      wholeNumberValue(RING_LIFETIME_MIN_MS / 1_000, RING_LIFETIME_MAX_MS / 1_000),
    )
    .option('--wait', 'wait until it is over')
    .option('--json', 'print the ring as one JSON object')
    .addHelpText('after', HELP)
    .action((user: string, flags: RingFlags) => run(user, flags, output));
  withExamples(command, [
    'oracle-calls ring @alice:example.org --backend https://calls.example.org \\\n--api-key-file agent.key --reason "Your report is ready." --wait',
  ]);
}

async function run(userId: string, flags: RingFlags, { out, error }: Output): Promise<void> {
  const { createRingClient } = await import('@oracle-calls/agent/rings');
  const { readBearerFile } = await import('@oracle-calls/agent/oracle-key');
  const rings = createRingClient({
    backendUrl: flags.backend,
    apiKey: await readBearerFile(flags.apiKeyFile, 'API key'),
  });
  let record = await rings.ring({
    userId,
    callType: flags.video === true ? 'video' : 'audio',
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    ...(flags.session === undefined ? {} : { sessionId: flags.session }),
    ...(flags.lifetimeSeconds === undefined ? {} : { lifetimeMs: flags.lifetimeSeconds * 1_000 }),
  });
  if (flags.wait === true) {
    error(`ringing ${userId}…\n`);
    using interrupts = watchInterrupts(() => error('taking it back… (once more to stop at once)\n'));
    try {
      record = await rings.whenOver(record.ringId, { signal: interrupts.signal });
    } catch (cause) {
      if (!interrupts.signal.aborted) throw cause;
      record = await rings.cancel(record.ringId);
    }
  }
  out(flags.json === true ? jsonLine(record) : describeRing(record));
  if (flags.wait === true && record.ringStatus !== 'accepted') throw new ReportedFailure();
}

function describeRing(record: RingRecord): string {
  const lines = Object.entries(record).map(([name, value]) => `${name.padEnd(13)}  ${value}`);
  return `${lines.join('\n')}\n`;
}
