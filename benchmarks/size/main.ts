/** `npm run size`: what the SDK and its hooks add to a page. `--json` prints one object. Ends with 1 above the budget. */
import { parseArgs } from 'node:util';
import { measureBuiltSizes } from './built-sizes.ts';
import { SDK_BUDGET_GZ_BYTES } from './sdk-size.ts';
import { sizeLines } from './size-lines.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const sizes = await measureBuiltSizes((line) => console.error(line));
for (const line of sizeLines(sizes)) console.error(line);
if (values.json) console.log(JSON.stringify(sizes));
const { sdk, react } = sizes;
const isClean = sdk.bleeds.length === 0 && react.others.length === 0;
process.exitCode = sdk.gzBytes <= SDK_BUDGET_GZ_BYTES && isClean ? 0 : 1;
