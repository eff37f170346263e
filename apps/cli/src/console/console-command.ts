import { createInterface } from 'node:readline';
import type { Brain, CallHearing, CallContext, OracleDefinition } from '@oracle-calls/agent/oracle';
import { OracleCallError, silentLogger } from '@oracle-calls/protocol';
import { Option, type Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { jsonLine, type Output } from '../terminal/output.ts';

interface ConsoleFlags {
  readonly agent?: string;
  readonly oracle?: string;
  readonly weights?: string;
  readonly session: string;
  readonly userDid?: string;
  readonly language?: string;
  readonly json?: true;
}

interface Chosen {
  readonly definition: OracleDefinition;
  readonly weightsDir: string | undefined;
}

const HELP = `
Each line is a turn of yours. On a terminal, a line that you type while the
oracle answers interrupts it. When a tool needs your consent, the next line is
the answer to that: "y" allows it. Ctrl-D ends.

Nothing is encrypted, recorded or sent, beyond what the oracle's brain itself
sends: its first line says where that works.`;

/** Adds `console` to the command line. */
export function addConsoleCommand(program: Command, output: Output): void {
  const command = program
    .command('console')
    .summary('talk with an oracle in writing, without a call')
    .description("Talks with an oracle's brain on this machine, in text: no server, no sound, no account.")
    .option('--oracle <file>', 'the file that exports the oracle (defineOracle)')
    .option('--agent <file>', 'configuration of the agent, whose `oracle` it is')
    .addOption(new Option('--weights <dir>', 'folder with the local models').env('ORACLE_CALLS_WEIGHTS'))
    .option('--session <id>', 'the session that the oracle sees', 'console')
    .option('--user-did <did>', 'the caller that the oracle sees')
    .option('--language <tag>', 'the language that the oracle sees')
    .option('--json', 'print what was said as one JSON object at the end')
    .addHelpText('after', HELP)
    .action(async (flags: ConsoleFlags) => {
      if ((flags.oracle === undefined) === (flags.agent === undefined)) {
        command.error('error: give --oracle <file> or --agent <file>');
      }
      await talk(flags, output);
    });
  withExamples(command, [
    'oracle-calls console --oracle concierge.ts --weights weights',
    'oracle-calls console --agent agent.json',
  ]);
}

async function talk(flags: ConsoleFlags, { out, error }: Output): Promise<void> {
  const { openOracle, runTextConsole } = await import('@oracle-calls/agent/oracle');
  const { definition, weightsDir } = await choose(flags);
  // Nothing local is opened where nothing local is chosen; what is opened complains of a folder that is not there.
  await using brain = await openOracle(definition, { weightsDir: weightsDir ?? '', log: silentLogger });
  error(`${brain.title}, ${describePlace(brain)}\n`);
  const lines = createInterface({ input: process.stdin });
  const { session: sessionId, userDid, language, json } = flags;
  const context: CallContext = { sessionId, userDid, language };
  const write = json === true ? error : out;
  const turns = await runTextConsole({ brain, lines, write, isInteractive: process.stdin.isTTY, context });
  if (json === true) out(jsonLine({ title: brain.title, place: brain.place, turns }));
}

async function choose({ oracle, agent, weights }: ConsoleFlags): Promise<Chosen> {
  const { loadOracle } = await import('@oracle-calls/agent/oracle');
  if (agent === undefined) return { definition: await loadOracle({ definitionFile: oracle }), weightsDir: weights };
  const { CONFIG_SCHEMAS, describeProblem, readConfigFile } = await import('@oracle-calls/oracle/configuration');
  const reading = await readConfigFile(CONFIG_SCHEMAS.agent, agent);
  // Keys of calls may be missing here: nobody calls.
  if (reading.config === undefined) {
    const issues = reading.kind === 'bad' ? reading.problems.map(describeProblem) : [];
    throw new OracleCallError('ERR_CONFIG_INVALID', `${agent} cannot be used.`, { details: { issues } });
  }
  const { weightsDir, oracle: settings = {} } = reading.config;
  return { definition: await loadOracle(settings), weightsDir: weights ?? weightsDir };
}

function describePlace({ place }: { readonly place: CallHearing['languageModel'] } & Brain): string {
  return place.where === 'this-machine' ? 'on this machine' : `sent to ${place.host}`;
}
