import { parseArgs } from 'node:util';

/** What the words after `npm run bench --` ask for. */
export type BenchCommand =
  | {
      readonly kind: 'run';
      readonly only: readonly string[];
      /** Absent: as many as each benchmark takes by itself. */
      readonly runs: number | undefined;
      readonly isProfiled: boolean;
      readonly output: 'text' | 'json';
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'not-understood'; readonly problem: string };

/** @param names of the benchmarks, in the order in which they run */
export function parseBenchCommand(args: readonly string[], names: readonly string[]): BenchCommand {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        runs: { type: 'string' },
        profile: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    return { kind: 'not-understood', problem: error instanceof Error ? error.message : String(error) };
  }
  if (values.help) return { kind: 'help' };
  if (values.runs !== undefined && !/^[1-9]\d{0,3}$/.test(values.runs)) {
    return { kind: 'not-understood', problem: '--runs takes a whole number from 1 to 9999.' };
  }
  const wanted = values.only?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return { kind: 'not-understood', problem: `There is no benchmark "${unknown}". There are: ${names.join(', ')}.` };
  }
  return {
    kind: 'run',
    only: names.filter((name) => wanted.includes(name)),
    runs: values.runs === undefined ? undefined : Number(values.runs),
    isProfiled: values.profile,
    output: values.json ? 'json' : 'text',
  };
}

export const benchHelp = (names: readonly string[]): string => `Usage: npm run bench -- [options]

Measures what this project promises, beside something to compare with in the
same run: machines differ, and are noisy.

Options:
  --only <names>  some of: ${names.join(', ')} (default: all)
  --runs <n>      calls that are placed (default: setup 20, conversation 1)
  --profile       conversation: each turn, with all its stages
  --json          one JSON document on stdout; everything else goes to stderr
  -h, --help      this text

Exit codes: 0 measured, 1 failed, 2 not understood.
`;
