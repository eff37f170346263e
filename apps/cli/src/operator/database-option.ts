import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';

/** What `--database` takes, as help says it. Apart, because help loads no database. */
export const DATABASE_HELP = "the backend's databaseFile or databaseUrlFile";

/** Adds a command that works on the backend's database to a group; the example goes on behind the group's name. */
export function addDatabaseCommand(group: Command, name: string, summary: string, example: string): Command {
  return withExamples(group.command(name), [`oracle-calls ${group.name()} ${example}`])
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .requiredOption('--database <file>', DATABASE_HELP)
    .option('--json', 'print one JSON document');
}
