/** `npm run make-secrets`: fills `deploy/live`, after which `docker compose up` is all that remains. */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isOracleCallError } from '@oracle-calls/protocol';
import { findProblem, makeDeployment, type Deployment } from './deployment.ts';

const HELP = `npm run make-secrets -- --domain example.org --public-ip 203.0.113.10 --email admin@example.org

Makes every secret, the oracle's keys and all configurations of deploy/compose.yaml.
What is there is kept, so it can be run again; delete a file to have it made anew.

  --domain NAME      calls.NAME, app.NAME, sfu.NAME, matrix.NAME and turn.NAME will be used
  --public-ip IP     the address under which this machine is reached
  --email ADDRESS    for the certificate authority
  --folder DIR       where to write; by default deploy/
  --json             print the result as one JSON object
  --help             this text`;

process.exitCode = await main();

async function main(): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        domain: { type: 'string', default: '' },
        'public-ip': { type: 'string', default: '' },
        email: { type: 'string', default: '' },
        folder: { type: 'string', default: import.meta.dirname },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'not understood'}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { domain, email, folder } = values;
  const names = { domain, email, publicIp: values['public-ip'] };
  const problem = findProblem(names);
  if (problem !== undefined) {
    console.error(`${problem}\n\n${HELP}`);
    return 2;
  }
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  try {
    const made = await makeDeployment({ ...names, folder, version });
    console.log(values.json ? JSON.stringify(made) : summary(made, folder, names.publicIp));
    return 0;
  } catch (error) {
    const code = isOracleCallError(error) ? `${error.code}: ` : '';
    console.error(`${code}${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function summary({ oracleDid, oracleUserId, names, written, kept }: Deployment, folder: string, ip: string): string {
  return [
    `${written.length} files written, ${kept.length} kept, in ${relative(process.cwd(), folder) || '.'}`,
    `oracle   ${oracleDid}, ${oracleUserId}`,
    '',
    `DNS: these names must lead to ${ip}`,
    ...names.map((name) => `  ${name}`),
    '',
    'Open ports: TCP 80, 443, 7881; UDP 3478, 7882-7885, 30000-30063',
    'Keep a copy of live/oracle and live/secrets elsewhere: whoever has them is the oracle.',
    '',
    'Then:  docker compose --project-directory deploy up --build --detach',
  ].join('\n');
}
