import { flatten, type CommandNode, type Flag, type Values } from './command-tree.ts';

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What completes a value: a reply of bash's own for paths, words of a choice, nothing otherwise. */
function valueReply(value: Values): string {
  if (value.kind === 'words') return `mapfile -t COMPREPLY < <(compgen -W ${quote(value.words.join(' '))} -- "$cur")`;
  return value.kind === 'path'
    ? `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")`
    : ':';
}

const valued = (flags: readonly Flag[]): (Flag & { readonly value: Values })[] =>
  flags.flatMap((flag) => (flag.value === undefined ? [] : [{ ...flag, value: flag.value }]));

function nodeCase({ path, flags, children, argument }: CommandNode): string {
  const behindFlag = valued(flags).map(
    ({ names, value }) => `        ${names.join('|')}) ${valueReply(value)}; return ;;`,
  );
  const words = [...children.map((child) => child.path.at(-1) ?? ''), ...flags.flatMap(({ names }) => names)];
  const plain = `mapfile -t COMPREPLY < <(compgen -W ${quote(words.join(' '))} -- "$cur")`;
  const bare = argument === undefined ? [] : [`      if [[ $cur != -* ]]; then ${valueReply(argument)}; return; fi`];
  return [
    `    ${quote(path.join(' '))})`,
    ...(behindFlag.length === 0 ? [] : ['      case $prev in', ...behindFlag, '      esac']),
    ...bare,
    `      ${plain} ;;`,
  ].join('\n');
}

/** Completion for bash 4.4 and later, which is what `mapfile` and `compopt` need; without the package bash-completion. */
export function bashCompletion(name: string, root: CommandNode): string {
  const nodes = flatten(root);
  const groups = nodes.map(({ path }) => path.join(' ')).filter((path) => path !== '');
  const withValue = [...new Set(nodes.flatMap(({ flags }) => valued(flags).flatMap(({ names }) => names)))];
  return `# bash completion of ${name}: source <(${name} completion bash)
_${name.replaceAll('-', '_')}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' word skip=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      ${withValue.join('|')}) skip=1; continue ;;
    esac
    case "\${at:+$at }$word" in
      ${groups.map(quote).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case $at in
${nodes.map(nodeCase).join('\n')}
  esac
}
complete -F _${name.replaceAll('-', '_')} ${name}
`;
}
