/** `npm run stack`: everything that a call needs, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { DevError } from '../process/dev-error.ts';
import { runMain } from '../process/run-main.ts';
import { agentLanguageOf } from './agent-language.ts';
import { DEFAULT_STATE_DIR, typedPath } from './project.ts';
import { runStack } from './run-stack.ts';

const HELP = `npm run stack -- [options]

Starts Synapse, LiveKit, a DID resolver, the oracle's backend and agent, and the
page to call it from, on this machine alone, and stops them at Ctrl-C. The first
start installs what is missing and takes minutes; later ones take seconds.

  --state-dir DIR   keys, passwords and databases; by default .oracle-calls in
                    the project
  --page-origin URL where else a page is served that calls this oracle; may be
                    given more than once
  --no-agent        do not start the agent
  --agent-in python run the oracle in Python instead of the one in Node
  --no-web          do not serve the page
  --oracle FILE     the oracle that answers; by default the guide to Oracle Calls
  --sso             also run an OpenID Connect provider, where the test accounts
                    can sign in too
  --help            this text`;

process.exitCode = await runMain(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'state-dir': { type: 'string', default: DEFAULT_STATE_DIR },
      'page-origin': { type: 'string', multiple: true, default: [] },
      agent: { type: 'boolean', default: true },
      'agent-in': { type: 'string', default: 'node' },
      web: { type: 'boolean', default: true },
      oracle: { type: 'string' },
      sso: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  return runStack({
    stateDir: values['state-dir'],
    otherPageOrigins: values['page-origin'].map(originOf),
    agent: values.agent,
    agentLanguage: agentLanguageOf(values['agent-in'], '--agent-in'),
    web: values.web,
    singleSignOn: values.sso,
    oracle: values.oracle === undefined ? undefined : { definitionFile: typedPath(values.oracle) },
  });
}

function originOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).origin;
  throw new DevError('ERR_DEV_STATE', `--page-origin ${url} is no address; it looks like http://localhost:5173.`);
}
