import type { CommandNode, Flag, Values } from './command-tree.ts';

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
/** Inside of a specification, colons and brackets have a meaning. */
const plain = (text: string): string => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`);

function action(value: Values): string {
  if (value.kind === 'words') return `:value:(${value.words.join(' ')})`;
  return value.kind === 'path' ? ':file:_files' : ':value: ';
}

const flagSpecs = ({ names, text, value }: Flag): string[] =>
  names.map((name) => quote(`${name}[${plain(text)}]${value === undefined ? '' : action(value)}`));

const functionOf = (name: string, path: readonly string[]): string =>
  ['_' + name, ...path].join('_').replaceAll('-', '_');

function nodeFunction(name: string, node: CommandNode): string {
  const specs = node.flags.flatMap(flagSpecs);
  if (node.children.length === 0) {
    const argument = node.argument === undefined ? [] : [quote(`1${action(node.argument)}`)];
    const lines = [...specs, ...argument].map((spec) => ` \\\n    ${spec}`).join('');
    return `${functionOf(name, node.path)}() {\n  _arguments${lines}\n}`;
  }
  const described = node.children.map(
    ({ path, text }) => `    ${quote(`${path.at(-1)}:${text.replaceAll(':', '\\:')}`)}`,
  );
  const cases = node.children.map(({ path }) => `        ${path.at(-1)}) ${functionOf(name, path)} ;;`);
  return `${functionOf(name, node.path)}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${described.join('\n')}
  )
  _arguments -C${specs.map((spec) => ` \\\n    ${spec}`).join('')} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}`;
}

/** Completion for zsh: to be sourced after `compinit`, or a file `_name` in `fpath`, where zsh calls it as a function of that name. */
export function zshCompletion(name: string, root: CommandNode): string {
  const functions = (node: CommandNode): string[] => [nodeFunction(name, node), ...node.children.flatMap(functions)];
  const main = functionOf(name, []);
  return `#compdef ${name}
# zsh completion of ${name}: source <(${name} completion zsh)
${functions(root).join('\n\n')}

if [[ $funcstack[1] == _${name} ]]; then ${main} "$@"; else compdef ${main} ${name}; fi
`;
}
