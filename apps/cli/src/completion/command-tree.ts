import type { Argument, Command, Option } from 'commander';

/** What completion offers behind a flag or as an argument: words of a choice, a path, or nothing that could be known. */
export type Values = { readonly kind: 'words'; readonly words: readonly string[] } | { readonly kind: 'path' | 'any' };

export interface Flag {
  /** `--name`, or `-h`. */
  readonly names: readonly string[];
  readonly text: string;
  /** `undefined` for a switch. */
  readonly value: Values | undefined;
}

/** One command with all that may follow it. */
export interface CommandNode {
  /** Words from the program's name on, without it: `api-keys create`. */
  readonly path: readonly string[];
  readonly text: string;
  readonly flags: readonly Flag[];
  readonly argument: Values | undefined;
  readonly children: readonly CommandNode[];
}

/** Names of placeholders that stand for a path: what a shell completes by itself. */
const PATH_PLACEHOLDER = /<(?:file|files|folder|path|wav)[.…]*>|\[(?:file|files|folder|path)[.…]*\]/i;

function valuesOf(source: { readonly argChoices?: readonly string[] | undefined }, placeholder: string): Values {
  if (source.argChoices !== undefined) return { kind: 'words', words: source.argChoices };
  return { kind: PATH_PLACEHOLDER.test(placeholder) ? 'path' : 'any' };
}

function flagOf(option: Option): Flag {
  const names = [option.short, option.long].filter((name) => name !== undefined && name !== null);
  const takesValue = option.required || option.optional;
  return { names, text: option.description, value: takesValue ? valuesOf(option, option.flags) : undefined };
}

const argumentOf = (argument: Argument | undefined): Values | undefined =>
  argument && valuesOf(argument, `<${argument.name()}>`);

/** The tree of commands as completion and reference need it, help included, in the order in which help shows it. */
export function readCommandTree(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  return {
    path,
    text: command.summary() || command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    argument: argumentOf(command.registeredArguments[0]),
    children: help
      .visibleCommands(command)
      .filter((child) => child.name() !== 'help')
      .map((child) => readCommandTree(child, [...path, child.name()])),
  };
}

/** The node and everything below it, parents first. */
export function flatten(node: CommandNode): CommandNode[] {
  return [node, ...node.children.flatMap(flatten)];
}
