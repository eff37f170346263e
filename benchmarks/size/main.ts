/** `npm run size`: what the SDK adds to a page. `--json` prints one object. Ends with 1 above the budget. */
import { parseArgs } from 'node:util';
import { measureBuiltSdk } from './built-sdk.ts';
import { SDK_BUDGET_GZ_BYTES } from './sdk-size.ts';
import { sizeLines } from './size-lines.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const size = await measureBuiltSdk((line) => console.error(line));
for (const line of sizeLines(size)) console.error(line);
if (values.json) console.log(JSON.stringify({ sdk: size }));
process.exitCode = size.gzBytes <= SDK_BUDGET_GZ_BYTES && size.bleeds.length === 0 ? 0 : 1;
