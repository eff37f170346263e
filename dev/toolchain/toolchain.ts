import { systemClock } from '@oracle-calls/protocol';
import { ensureWeights } from '../models/weights.ts';
import { ensureChromium } from './chromium.ts';
import { ensureLiveKit } from './livekit-server.ts';
import { ensurePostgres } from './postgres.ts';
import { ensurePythonPackageTools } from './python-package-venv.ts';
import { ensureSchemathesis } from './schemathesis-venv.ts';
import { ensureSynapse } from './synapse-venv.ts';
import { toolCacheDir } from './tool-cache.ts';
import { formatElapsed } from './tool.ts';
import type { Report } from './tool.ts';
import { ensureVerifpal } from './verifpal.ts';

export interface ToolchainOptions {
  /** One line per step, without line break. */
  readonly write?: Report;
  /** What the task does not need is neither looked for nor installed. Default: both. */
  readonly chromium?: boolean;
  readonly weights?: boolean;
  /** The checker of the models in `formal/`, which only tests need. Default: no. */
  readonly verifpal?: boolean;
  /** The fuzzer of the HTTP API, which only tests need. Default: no. */
  readonly schemathesis?: boolean;
  /** What checks and tests the package in `python/`, which only tests need. Default: no. */
  readonly pythonPackage?: boolean;
  /** The other database of the backend, which only tests need. Default: no. */
  readonly postgres?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Toolchain {
  readonly livekitServer: string;
  readonly synapsePython: string;
  readonly chromium: string | undefined;
  readonly weightsDir: string | undefined;
}

/**
 * Everything that npm does not bring, found in the cache or installed into it; the steps run side by side.
 *
 * @throws {DevError} of the first step that fails, once all have ended
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const report = options.write ?? ((): void => undefined);
  const { signal } = options;
  const outcomes = await Promise.allSettled([
    ensureLiveKit({ report, signal }),
    ensureSynapse({ report, signal }),
    options.chromium === false ? undefined : ensureChromium({ report, signal }),
    options.weights === false ? undefined : ensureModels(report, signal),
    options.verifpal === true ? ensureVerifpal({ report, signal }) : undefined,
    options.schemathesis === true ? ensureSchemathesis({ report, signal }) : undefined,
    options.pythonPackage === true ? ensurePythonPackageTools({ report, signal }) : undefined,
    options.postgres === true ? ensurePostgres({ report, signal }) : undefined,
  ]);
  const [livekitServer, synapsePython, chromium, weightsDir] = outcomes.map(settledValue);
  return {
    livekitServer: required(livekitServer),
    synapsePython: required(synapsePython),
    chromium,
    weightsDir,
  };
}

/** The model weights report each package themselves; that all were there already is worth one line too. */
async function ensureModels(report: Report, signal: AbortSignal | undefined): Promise<string> {
  let told = false;
  const startedAt = systemClock.now();
  const tell = (line: string): void => {
    told = true;
    report(line);
  };
  const dir = await ensureWeights(toolCacheDir(), tell, { signal });
  report(
    told ? `Model weights — installed (${formatElapsed(systemClock.now() - startedAt)})` : 'Model weights — cached',
  );
  return dir;
}

function settledValue(outcome: PromiseSettledResult<string | undefined>): string | undefined {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function required(value: string | undefined): string {
  if (value === undefined) throw new TypeError('a tool without a path');
  return value;
}
