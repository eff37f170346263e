/** `npm run bench`: what the project promises, measured beside what it is compared with. `--json` ends with one object. */
import type { Benchmark } from './benchmark.ts';
import { benchHelp, parseBenchCommand } from './command-line.ts';
import { conditionsLine, watchConditions } from './conditions.ts';

/** Calls of the set-up benchmark, which vary a lot. */
const SETUP_RUNS = 20;

/** Every benchmark, in the order in which they run. Loaded when its turn comes. */
const BENCHMARKS: ReadonlyMap<string, () => Promise<Benchmark>> = new Map([
  ['setup', async () => (await import('./setup/benchmark.ts')).setupBenchmark],
  ['conversation', async () => (await import('./conversation/benchmark.ts')).conversationBenchmark],
  ['size', async () => (await import('./size/benchmark.ts')).sizeBenchmark],
  ['retrieval', async () => (await import('./retrieval/benchmark.ts')).retrievalBenchmark],
  ['key', async () => (await import('./key-endpoint/benchmark.ts')).keyEndpointBenchmark],
]);

async function main(): Promise<number> {
  const names = [...BENCHMARKS.keys()];
  const command = parseBenchCommand(process.argv.slice(2), names);
  if (command.kind === 'help') {
    process.stdout.write(benchHelp(names));
    return 0;
  }
  if (command.kind === 'not-understood') {
    console.error(`error: ${command.problem} (see --help)`);
    return 2;
  }
  // rtc-node prints debug lines to stdout unless it is told, before it is loaded, that this is production.
  process.env['NODE_ENV'] ??= 'production';
  const say = (line: string): void => console.error(line);
  const show = command.output === 'json' ? say : (line: string): void => console.log(line);
  const conditions = watchConditions();
  const json: Record<string, unknown> = {};
  for (const name of command.only) {
    const benchmark = await BENCHMARKS.get(name)?.();
    const runs = command.runs ?? (name === 'setup' ? SETUP_RUNS : 1);
    const measured = await benchmark?.({ runs, isProfiled: command.isProfiled, say });
    for (const line of measured?.lines ?? []) show(line);
    show('');
    Object.assign(json, measured?.json);
  }
  const seen = conditions();
  show(conditionsLine(seen));
  if (command.output === 'json') console.log(JSON.stringify({ ...json, conditions: seen }));
  return 0;
}

try {
  // What a library has left open keeps nobody waiting.
  process.exit(await main());
} catch (error) {
  console.error('error: the benchmark failed:', error);
  process.exit(1);
}
