/** `npm run console`: the command of the same name, with the models of this machine, and the guide where no oracle is named. */
import { ensureWeights } from '../models/weights.ts';
import { GUIDE_FILE } from '../stack/project.ts';
import { toolCacheDir } from '../toolchain/tool-cache.ts';

const given = process.argv.slice(2);
const namesOracle = given.some((argument) => /^--(?:oracle|agent|help)\b|^-h$/.test(argument));
process.argv.splice(2, given.length, 'console', ...(namesOracle ? [] : ['--oracle', GUIDE_FILE]), ...given);
// Files are named as they are seen from where npm was started.
process.chdir(process.env['INIT_CWD'] ?? process.cwd());
process.env['ORACLE_CALLS_WEIGHTS'] ??= await ensureWeights(toolCacheDir(), (line) => console.error(line));
await import('../../apps/cli/src/main.ts');
