import { openMatrixAccount } from '@oracle-calls/matrix/node';
import { createJsonLogger, isOracleCallError, systemClock, type Logger } from '@oracle-calls/protocol';
import { backendConfigSchema, type BackendConfig } from './backend-config.ts';
import { runBackend } from './backend-process.ts';
import { isCheckOnly, readJsonConfig } from './json-config.ts';
import { readSecretFile } from './secret-file.ts';
import { followStopSignals } from './stop-signals.ts';

/** Runs the backend until it is told to stop. Returns the exit code. */
async function main(): Promise<number> {
  let logger = createLogger('info');
  using signals = followStopSignals(process, (signal, what) => {
    logger.info(what === 'drain' ? 'backend stops' : 'backend stops at once', { signal });
  });
  try {
    const config = await readJsonConfig(backendConfigSchema, process.argv.slice(2));
    logger = createLogger(config.logLevel);
    if (isCheckOnly(process.argv.slice(2))) {
      logger.info('configuration is good');
      return 0;
    }
    await runBackend({
      config,
      openMatrix: async ({ did, matrix }, signal) => {
        const { passwordFile, allowedServers: _servers, ...account } = matrix;
        const password = await readSecretFile(passwordFile, `passwordFile of ${did}`);
        return await openMatrixAccount({ ...account, password, logger, signal });
      },
      clock: systemClock,
      logger,
      drain: signals.drain,
      stop: signals.stop,
    });
    return 0;
  } catch (error) {
    logger.error('backend failed', describe(error));
    return 1;
  }
}

function createLogger(level: BackendConfig['logLevel']): Logger {
  return createJsonLogger((line) => process.stdout.write(line), systemClock, { level, fields: { part: 'backend' } });
}

/** Our own errors name the field or file that is wrong; of others, what they are (a port in use, a folder that is not there). */
function describe(error: unknown): Record<string, string> {
  if (!isOracleCallError(error)) {
    return { code: 'ERR_INTERNAL', problem: error instanceof Error ? error.message : 'unknown' };
  }
  // Why tables could not be brought up to date is the database's to say, and is about tables.
  const cause = error.code === 'ERR_STORE_MIGRATION' && error.cause instanceof Error ? ` ${error.cause.message}` : '';
  const issues = error.details['issues'];
  return {
    code: error.code,
    problem: Array.isArray(issues) ? `${error.message} ${issues.join('; ')}` : `${error.message}${cause}`,
  };
}

process.exit(await main());
