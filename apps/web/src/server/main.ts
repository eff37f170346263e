/** Serves the page until it is told to stop: `node apps/web/src/server/main.ts --config web.json`. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createJsonLogger, isOracleCallError, OracleCallError, parseWith, systemClock } from '@oracle-calls/protocol';
import type * as v from 'valibot';
import { webServerConfigSchema } from './server-config.ts';
import { startWeb } from './serve.ts';

const logger = createJsonLogger((line) => process.stdout.write(line), systemClock, { fields: { part: 'web' } });

async function readConfig(): Promise<v.InferOutput<typeof webServerConfigSchema>> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Give --config FILE.');
  let content: unknown;
  try {
    content = JSON.parse(await readFile(values.config, 'utf8'));
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${values.config} cannot be read as JSON.`);
  }
  return parseWith(webServerConfigSchema, content);
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  try {
    const { listen, folder, page } = await readConfig();
    await using web = await startWeb({ ...listen, folder, config: page, log: (line) => logger.info(line) });
    logger.info('listening', { url: web.url });
    logger.info('web stops', { signal: await stopped });
    return 0;
  } catch (error) {
    logger.error('web failed', describe(error));
    return 1;
  }
}

function describe(error: unknown): Record<string, string> {
  if (!isOracleCallError(error)) {
    return { code: 'ERR_INTERNAL', problem: error instanceof Error ? error.message : 'unknown' };
  }
  const issues = error.details['issues'];
  const problem = Array.isArray(issues) ? `${error.message} ${issues.join('; ')}` : error.message;
  return { code: error.code, problem };
}

process.exit(await main());
