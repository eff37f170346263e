import type { Command } from 'commander';

/** Ends a command's help with examples, which every command has. A long one goes on after a backslash, as in a shell. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${example.replaceAll('\n', '\n    ')}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
