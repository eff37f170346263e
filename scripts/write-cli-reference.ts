import { writeFile } from 'node:fs/promises';
import { CLI_README, cliReadme } from './cli-reference.ts';

await writeFile(CLI_README, await cliReadme());
