import { createInterface } from 'node:readline';
import type { Brain, CallContext, OracleDefinition, OracleSettings, ToolUse } from '@oracle-calls/agent/oracle';
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
  readonly watch?: true;
  readonly json?: true;
}

interface Chosen {
  readonly settings: OracleSettings;
  readonly weightsDir: string | undefined;
}

const HELP = `
Each line is a turn of yours. On a terminal, a line that you type while the
oracle answers interrupts it. When a tool needs your consent, the next line is
the answer to that: "y" allows it. Quick replies are chosen by their keys.
/help lists the commands; Ctrl-D ends. Tools that run are shown with their
arguments and results.

With --watch a changed file of the oracle, or a changed document, is used by
the next answer; what is wrong with a change is printed, and the oracle before
it goes on.

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
    .option('--watch', 'use changes of its files at once')
    .option('--json', 'print what was said as one JSON object at the end')
    .addHelpText('after', HELP)
    .action(async (flags: ConsoleFlags) => {
      if ((flags.oracle === undefined) === (flags.agent === undefined)) {
        command.error('error: give --oracle <file> or --agent <file>');
      }
      await talk(flags, output);
    });
  withExamples(command, [
    'oracle-calls console --oracle concierge.ts --weights weights --watch',
    'oracle-calls console --agent agent.json',
  ]);
}

async function talk(flags: ConsoleFlags, { out, error }: Output): Promise<void> {
  const { createCallMemory, runTextConsole, ToolBox } = await import('@oracle-calls/agent/oracle');
  const { brain, definition } = await open(flags, error);
  await using _open = brain;
  const { session: sessionId, userDid, language, json } = flags;
  const { tools = [], memory: remembers } = definition;
  error(`${brain.title}, ${describePlace(brain)}\n`);
  if (process.stdin.isTTY) error('/help lists the commands, Ctrl-D ends.\n');
  // Kept for this conversation alone: what is remembered between calls is sealed to keys that are not here.
  const memory = remembers === undefined || remembers === false ? undefined : createCallMemory();
  const context: Omit<CallContext, 'user'> = { sessionId, userDid, language, memory };
  const turns = await runTextConsole({
    brain,
    lines: createInterface({ input: process.stdin }),
    write: json === true ? error : out,
    isInteractive: process.stdin.isTTY,
    context,
    tools: new ToolBox(tools).descriptions,
  });
  if (json === true) out(jsonLine({ title: brain.title, place: brain.place, turns }));
}

async function open(
  flags: ConsoleFlags,
  error: Output['error'],
): Promise<{
  readonly definition: OracleDefinition;
  readonly brain: Brain;
}> {
  const { loadOracle, openOracle, openReloadingOracle } = await import('@oracle-calls/agent/oracle');
  const { settings, weightsDir } = await choose(flags);
  const options = {
    // Nothing local is opened where nothing local is chosen; what is opened complains of a folder that is not there.
    weightsDir: weightsDir ?? '',
    log: silentLogger,
    onToolUse: (use: ToolUse): void => error(describeToolUse(use)),
  };
  if (flags.watch === true) {
    return openReloadingOracle(settings, {
      ...options,
      onReloaded: (title) => error(`[changed: ${title}]\n`),
      onRefused: (problem) => error(`[cannot be used as it is now: ${problem}]\n`),
    });
  }
  const definition = await loadOracle(settings);
  if (weightsDir === undefined && needsWeights(definition)) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      'This oracle needs local models. Give --weights <dir>, or set ORACLE_CALLS_WEIGHTS; in a checkout "npm run console" finds them by itself.',
    );
  }
  return { definition, brain: await openOracle(definition, options) };
}

const needsWeights = ({ brain = { kind: 'local' }, documents }: OracleDefinition): boolean =>
  brain.kind === 'local' || documents !== undefined;

async function choose({ oracle, agent, weights }: ConsoleFlags): Promise<Chosen> {
  if (agent === undefined) return { settings: { definitionFile: oracle }, weightsDir: weights };
  const { CONFIG_SCHEMAS, describeProblem, readConfigFile } = await import('@oracle-calls/oracle/configuration');
  const reading = await readConfigFile(CONFIG_SCHEMAS.agent, agent);
  // Keys of calls may be missing here: nobody calls.
  if (reading.config === undefined) {
    const issues = reading.kind === 'bad' ? reading.problems.map(describeProblem) : [];
    throw new OracleCallError('ERR_CONFIG_INVALID', `${agent} cannot be used.`, { details: { issues } });
  }
  const { weightsDir, oracle: settings = {} } = reading.config;
  return { settings, weightsDir: weights ?? weightsDir };
}

/** Longest arguments or result that is shown: a line or two. */
const SHOWN_MAX_LENGTH = 160;

function describeToolUse({ name, argumentsText, outcome: { text, isError } }: ToolUse): string {
  const shown = (long: string): string =>
    long.length <= SHOWN_MAX_LENGTH ? long : `${long.slice(0, SHOWN_MAX_LENGTH).toWellFormed()}…`;
  return `[${name} ${shown(argumentsText)} ${isError ? 'failed:' : '→'} ${shown(text)}]\n`;
}

function describePlace({ place }: Brain): string {
  return place.where === 'this-machine' ? 'on this machine' : `sent to ${place.host}`;
}
