/** `npm run oracle -- path/to/oracle.ts`: an oracle under the author's hands, to be called from the page, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { runMain } from '../process/run-main.ts';
import type { Row } from './address-table.ts';
import type { Part } from './part-log.ts';
import { DEFAULT_STATE_DIR, GUIDE_FILE, typedPath } from './project.ts';
import { runStack } from './run-stack.ts';
import type { Stack } from './stack.ts';

const HELP = `npm run oracle -- [FILE] [options]

Runs your oracle with everything that a call needs, and the page to call it from.
FILE exports \`oracle = defineOracle({ … })\`; without one the guide answers (dev/guide).
Whenever the file, what it imports or one of its documents changes, the next
answer is the new one's; what is wrong with a change is printed here, and the
oracle before it goes on.

  --state-dir DIR   keys, passwords and databases; by default .oracle-calls in
                    the project
  --verbose         show every line of every server
  --help            this text

To talk in writing: npm run console -- --oracle FILE --watch
To begin: docs/write-an-oracle.md`;

const text = v.fallback(v.optional(v.string(), ''), '');
const factSchema = v.object({
  msg: text,
  problem: text,
  message: text,
  brain: text,
  tool: text,
  code: text,
  endReason: text,
});

process.exitCode = await runMain(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'state-dir': { type: 'string', default: DEFAULT_STATE_DIR },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [file, ...more] = positionals;
  if (values.help || more.length > 0) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  return runStack({
    stateDir: values['state-dir'],
    oracle: { definitionFile: file === undefined ? GUIDE_FILE : typedPath(file) },
    reloadsOracle: true,
    tell: values.verbose ? undefined : toldToAuthor,
    rows,
  });
}

/** What an author wants to know of the agent's log, as it is read best. */
function toldToAuthor(part: Part, line: string): string | undefined {
  if (part === 'stack' || part === 'tools') return line;
  if (part !== 'agent') return undefined;
  // What the oracle itself prints is no JSON.
  if (!line.startsWith('{')) return line;
  const { msg, problem, message, brain, tool, code, endReason } = parseWith(factSchema, JSON.parse(line));
  switch (msg) {
    case 'models loaded':
      return `ready: ${brain}`;
    case 'oracle reloaded':
      return `reloaded: ${brain}`;
    case 'oracle not reloaded; the one before goes on':
      return `not reloaded, the oracle before goes on. ${problem}`;
    case 'agent could not start':
      return `the oracle cannot be used. ${problem}`;
    case 'speech host failed':
      return `the oracle cannot be opened. ${message}`;
    case 'a tool failed':
      return `the tool ${tool} failed`;
    case 'an answer failed':
      return `an answer failed: ${code}`;
    case 'job accepted':
      return 'a call begins';
    case 'call ends':
      return `the call is over: ${endReason}`;
    default:
      return undefined;
  }
}

function rows({ webUrl, users: { alice } }: Stack): Row[] {
  return [
    { label: 'Call your oracle', value: webUrl ?? '' },
    { label: 'Sign in as', value: alice.userId },
    { label: 'password', value: alice.password },
    { label: 'recovery key', value: alice.recoveryKey },
  ];
}
