/** Fetches the weights of the local models, for a machine that runs an agent: `node dev/models/main.ts DIR`. */
import { resolve } from 'node:path';
import { ensureWeights } from './weights.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node dev/models/main.ts DIR');
  process.exitCode = 2;
} else {
  console.log(await ensureWeights(resolve(folder), (line) => console.error(line)));
}
