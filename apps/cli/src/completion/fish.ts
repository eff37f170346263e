import type { CommandNode, Flag } from './command-tree.ts';

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;

/** True where exactly these words have been typed, and none of the next ones. */
function condition({ path, children }: CommandNode): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const next = children.map((child) => child.path.at(-1)).join(' ');
  const notYet = next === '' ? [] : [`not __fish_seen_subcommand_from ${next}`];
  const words = [...seen, ...notYet];
  return words.length === 0 ? '' : ` -n ${quote(words.join('; and '))}`;
}

function flagLine(name: string, node: CommandNode, { names, text, value }: Flag): string {
  const spelled = names.map((one) => (one.startsWith('--') ? ` -l ${one.slice(2)}` : ` -s ${one.slice(1)}`)).join('');
  const path = value?.kind === 'path' ? ' -r -F' : '';
  const words = value?.kind === 'words' ? ` -x -a ${quote(value.words.join(' '))}` : '';
  const any = value?.kind === 'any' ? ' -x' : '';
  return `complete -c ${name}${condition(node)}${spelled}${path}${words}${any} -d ${quote(text)}`;
}

function lines(name: string, node: CommandNode): string[] {
  const words = node.argument?.kind === 'words' ? node.argument.words : [];
  const paths = node.argument?.kind === 'path' ? [`complete -c ${name}${condition(node)} -F`] : [];
  return [
    ...node.children.map(
      ({ path, text }) => `complete -c ${name}${condition(node)} -f -a ${quote(path.at(-1) ?? '')} -d ${quote(text)}`,
    ),
    ...(words.length === 0 ? [] : [`complete -c ${name}${condition(node)} -f -a ${quote(words.join(' '))}`]),
    ...paths,
    ...node.flags.map((flag) => flagLine(name, node, flag)),
    ...node.children.flatMap((child) => lines(name, child)),
  ];
}

/** Completion for fish. */
export function fishCompletion(name: string, root: CommandNode): string {
  return `# fish completion of ${name}: ${name} completion fish | source
complete -c ${name} -f
${lines(name, root).join('\n')}
`;
}
