/** `npm run stack`: everything that a call needs, until Ctrl-C. */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@oracle-calls/protocol';
import { DevError } from '../process/dev-error.ts';
import { formatElapsed } from '../toolchain/tool.ts';
import { formatTable } from './address-table.ts';
import type { Row } from './address-table.ts';
import { createPartLog, wantsColour } from './part-log.ts';
import { agentLanguageOf } from './agent-language.ts';
import { DEFAULT_STATE_DIR } from './project.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { onStopSignal } from './stop-signal.ts';

const HELP = `npm run stack -- [options]

Starts Synapse, LiveKit, a DID resolver, the oracle's backend and agent, and the page to call it from, on this machine
alone, and stops them at Ctrl-C. The first start installs what is missing and takes minutes; later ones take seconds.

  --state-dir DIR   keys, passwords and databases; by default .oracle-calls in the project
  --page-origin URL where else a page is served that calls this oracle; may be given more than once
  --no-agent        do not start the agent
  --agent-in python run the oracle in Python instead of the one in Node
  --no-web          do not serve the page
  --sso             also run an OpenID Connect provider, where the test accounts can sign in too
  --help            this text`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'state-dir': { type: 'string', default: DEFAULT_STATE_DIR },
      'page-origin': { type: 'string', multiple: true, default: [] },
      agent: { type: 'boolean', default: true },
      'agent-in': { type: 'string', default: 'node' },
      web: { type: 'boolean', default: true },
      sso: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const partLog = createPartLog({
    write: (line) => console.log(line),
    colour: wantsColour(process.env, process.stdout.isTTY),
  });
  const say = partLog('stack');
  const stop = onStopSignal(process, () => say('stopping… (once more to stop at once)'));
  const startedAt = systemClock.now();
  try {
    await using stack = await startStack({
      stateDir: values['state-dir'],
      log: (part, line) => partLog(part)(line),
      otherPageOrigins: values['page-origin'].map(originOf),
      agent: values.agent,
      agentLanguage: agentLanguageOf(values['agent-in'], '--agent-in'),
      web: values.web,
      singleSignOn: values.sso,
      signal: stop.signal,
    });
    say(`up in ${formatElapsed(systemClock.now() - startedAt)}`);
    console.log(['', ...formatTable(addresses(stack), process.stdout.columns ?? 80), ''].join('\n'));
    await Promise.race([stop.requested, stack.failed]);
  } catch (cause) {
    if (stop.signal.aborted) return stop.exitCode;
    for (const line of describeFailure(cause)) say(line);
    return 1;
  }
  say('stopped');
  return 0;
}

function originOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).origin;
  throw new DevError('ERR_DEV_STATE', `--page-origin ${url} is no address; it looks like http://localhost:5173.`);
}

/** A part's last lines were shown when it printed them; an installer's are shown only here. */
function describeFailure(cause: unknown): string[] {
  if (!(cause instanceof DevError))
    return [`failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`];
  const isShown = cause.code === 'ERR_DEV_EXITED' || cause.code === 'ERR_DEV_NOT_READY';
  return isShown ? [`failed: ${cause.summary}; its lines are above`] : `failed: ${cause.message}`.split('\n');
}

function addresses(stack: Stack): Row[] {
  const { alice, bob } = stack.users;
  const account = (label: string, { userId, password, recoveryKey }: typeof alice): Row[] => [
    { label, value: userId },
    { label: 'password', value: password },
    { label: 'recovery key', value: recoveryKey },
  ];
  return [
    ...(stack.webUrl === undefined ? [] : [{ label: 'Call the oracle', value: stack.webUrl }]),
    ...account('Sign in as', alice),
    ...account('or as', bob),
    { label: 'Oracle', value: `${stack.oracleDid}  ${stack.oracleUserId}` },
    { label: 'Backend', value: stack.backendUrl },
    { label: 'Homeserver', value: stack.homeserverUrl },
    ...(stack.singleSignOn === undefined ? [] : [{ label: 'Sign-in', value: stack.singleSignOn.client.issuer }]),
    { label: 'LiveKit', value: stack.sfu.url },
    { label: 'DID resolver', value: stack.didResolverUrl },
    { label: 'State', value: shortPath(stack.stateDir) },
  ];
}

/** Relative where that is shorter to read: below the current folder. */
function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}
