/**
 * `npm run attack`: makes every attack on real servers, and again where its defence is off. `--json` ends with one line of
 * JSON, `--only TEXT` picks by name, `--verbose` says what was seen.
 */
import { parseArgs } from 'node:util';
import { attackJson, attackTable } from './attack-report.ts';
import { isGood, runAttacks } from './run-attacks.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});

// LiveKit's library decides when it is loaded whether it prints its debug lines.
process.env['NODE_ENV'] ??= 'production';
const { ATTACK_GROUPS } = await import('./attack-table.ts');

const results = await runAttacks(ATTACK_GROUPS, values.only, (line) => console.error(line));
for (const line of attackTable(results)) console.log(line);
if (values.verbose) for (const { name, evidence } of results) console.log(`${name}: ${evidence}`);
const good = results.filter(isGood).length;
console.log(`\n${good} of ${results.length} attacks refused, and successful where their defence is off`);
if (values.json) console.log(attackJson(results));
// LiveKit's native threads keep a process alive.
process.exit(results.length > 0 && good === results.length ? 0 : 1);
