import { Argument, type Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { bashCompletion } from './bash.ts';
import { readCommandTree, type CommandNode } from './command-tree.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Readonly<
  Record<string, (name: string, root: CommandNode) => string>
>;
type Shell = keyof typeof SHELLS;

const HELP = `
To have it in every new shell:
  bash   oracle-calls completion bash \\
           > ~/.local/share/bash-completion/completions/oracle-calls
  zsh    oracle-calls completion zsh > "\${fpath[1]}/_oracle-calls"
  fish   oracle-calls completion fish \\
           > ~/.config/fish/completions/oracle-calls.fish`;

/** Adds `completion` to the command line, which knows every command of it; `write` gets what goes to stdout. */
export function addCompletionCommand(program: Command, write: (text: string) => void): void {
  const command = program
    .command('completion')
    .summary('print a script that completes commands in your shell')
    .description('Prints a script that completes commands, options and files in a shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action((shell: Shell) => write(SHELLS[shell](program.name(), readCommandTree(program))));
  withExamples(command, ['source <(oracle-calls completion bash)', 'oracle-calls completion fish | source']);
}
