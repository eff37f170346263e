/** What one benchmark found. */
export interface BenchmarkResult {
  /** Its members of the one object that `--json` ends with. */
  readonly json: Readonly<Record<string, unknown>>;
  /** For people; at most 80 columns. */
  readonly lines: readonly string[];
}

export interface BenchmarkOptions {
  /** How often whatever varies is measured. */
  readonly runs: number;
  /** Whether each single measurement is wanted too. */
  readonly isProfiled: boolean;
  /** Progress, for stderr. */
  readonly say: (line: string) => void;
}

export type Benchmark = (options: BenchmarkOptions) => Promise<BenchmarkResult>;
