/** `npm run demo`: the stack, one real encrypted call, then the page for a person until Ctrl-C. */
import { relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { DevError } from '../process/dev-error.ts';
import { runMain } from '../process/run-main.ts';
import { agentLanguageOf } from '../stack/agent-language.ts';
import { createPartLog, wantsColour } from '../stack/part-log.ts';
import { DEFAULT_STATE_DIR } from '../stack/project.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { onStopSignal } from '../stack/stop-signal.ts';
import { ensureToolchain } from '../toolchain/toolchain.ts';
import { CallFacts } from './call-facts.ts';
import { holdDemoCall, type DemoReport } from './demo-call.ts';
import { QUESTION } from './spoken-question.ts';
import { turnLines } from './turn-lines.ts';
import { timelineTable } from 'oracle-calls/timeline-table';

const HELP = `npm run demo -- [options]

Starts the whole stack on this machine, holds one real encrypted call between
headless Chromium and the oracle, prints what was heard and how long each step
took, and then leaves the page open for you until Ctrl-C.

  --once            stop after the call
  --json            print the result as one JSON object on the last line;
                    everything else goes to stderr
  --question TEXT   ask something else
  --agent LANGUAGE  which oracle answers: the one in node, by default, or the
                    one in python
  --verbose         show every line of every server
  --state-dir DIR   keys, passwords and databases; by default .oracle-calls in
                    the project
  --help            this text`;

process.exitCode = await runMain(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      question: { type: 'string', default: QUESTION },
      agent: { type: 'string', default: 'node' },
      verbose: { type: 'boolean', default: false },
      'state-dir': { type: 'string', default: DEFAULT_STATE_DIR },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const out = values.json ? process.stderr : process.stdout;
  const write = (line: string): void => void out.write(`${line}\n`);
  const partLog = createPartLog({ write, colour: wantsColour(process.env, out.isTTY) });
  const say = partLog('demo');
  const stop = onStopSignal(process, () => say('stopping… (once more to stop at once)'));
  const facts = new CallFacts();
  try {
    const agentLanguage = agentLanguageOf(values.agent, '--agent');
    const tools = await ensureToolchain({ write: partLog('tools'), signal: stop.signal });
    const { chromium, weightsDir } = tools;
    if (chromium === undefined || weightsDir === undefined) throw new TypeError('a tool without a path');
    say('starting Synapse, LiveKit, backend, agent and page…');
    await using stack = await startStack({
      stateDir: values['state-dir'],
      agentLanguage,
      signal: stop.signal,
      log: (part, line) => {
        facts.add(line);
        if (values.verbose || part === 'stack') partLog(part)(line);
      },
    });
    const report = await Promise.race([
      holdDemoCall({ stack, facts, chromium, weightsDir, question: values.question, agent: agentLanguage, say }),
      stack.failed,
    ]);
    for (const line of summary(report, values.question, out.columns ?? 80)) write(line);
    if (!values.once && report.ok) {
      for (const line of invitation(stack)) write(line);
      await Promise.race([stop.requested, stack.failed]);
    }
    if (values.json) console.log(JSON.stringify(report));
    return report.ok ? 0 : 1;
  } catch (cause) {
    if (stop.signal.aborted) return stop.exitCode;
    say(cause instanceof DevError ? `failed: ${cause.message}` : `failed: ${String(cause)}`);
    if (!values.verbose) say('run it with --verbose to see what every server said');
    return 1;
  }
}

function summary(report: DemoReport, question: string, columns: number): string[] {
  const mark = (good: boolean): string => (good ? styleText('green', '✓') : styleText('red', '✗'));
  return [
    '',
    `  ${mark(report.ok)} one call with the oracle in ${report.agent}, ${report.status ?? 'never started'}`,
    `  ${mark(report.encrypted)} encrypted, by the statistics of ${evidenceWords(report)}`,
    `  asked  “${question}”`,
    `  heard  “${report.heard}”`,
    '',
    ...timelineTable(report.timelineMs, columns),
    '',
    ...turnLines(report.turns),
    '',
  ];
}

function evidenceWords({ encryptedBy }: DemoReport): string {
  const missing = (['browser', 'agent', 'SFU'] as const).filter((who) => !encryptedBy[who === 'SFU' ? 'sfu' : who]);
  const not = missing.length === 0 ? '' : `; not by those of the ${missing.join(' and the ')}`;
  return `the browser, the agent and the SFU${not}`;
}

function invitation(stack: Stack): string[] {
  const { alice, bob } = stack.users;
  return [
    `  ${styleText('bold', 'Your turn:')} open ${styleText('cyan', stack.webUrl ?? '')} and call the oracle.`,
    `  Sign in as ${alice.userId} with ${alice.password}`,
    `             recovery key ${alice.recoveryKey}`,
    `          or ${bob.userId} with ${bob.password}`,
    `             recovery key ${bob.recoveryKey}`,
    `  State: ${relative(process.cwd(), stack.stateDir) || '.'}. Ctrl-C stops everything.`,
    '',
  ];
}
